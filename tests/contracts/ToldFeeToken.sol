// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Keeps one percent of every transfer, and says so: one log for what arrived, one for what it kept.
contract ToldFeeToken is PlainToken("TOLD") {
    function transfer(address to, uint256 value) external override returns (bool) {
        uint256 fee = value / 100;
        _move(to, value - fee);
        _move(address(this), fee);
        emit Transfer(msg.sender, to, value - fee);
        emit Transfer(msg.sender, address(this), fee);
        return true;
    }
}
