// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Keeps shares, and what a share is worth changes for all at once, without a log.
contract RebasingToken is PlainToken("REBASE") {
    uint256 private _percent = 100;

    function rebase(uint256 percent) external {
        _percent = percent;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (_units[account] * _percent) / 100;
    }

    function _move(address to, uint256 value) internal override {
        uint256 shares = (value * 100) / _percent;
        _units[msg.sender] -= shares;
        _units[to] += shares;
    }
}
