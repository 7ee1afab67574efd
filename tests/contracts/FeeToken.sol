// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Keeps one percent of every transfer, unless it is waived, while its log says that all of it arrived.
contract FeeToken is PlainToken("FEE") {
    address private immutable _collector = msg.sender;
    bool private _waived;

    function waive(bool waived) external {
        _waived = waived;
    }

    function _move(address to, uint256 value) internal override {
        uint256 fee = _waived ? 0 : value / 100;
        _units[msg.sender] -= value;
        _units[to] += value - fee;
        _units[_collector] += fee;
    }
}
