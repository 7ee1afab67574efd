// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// A payee that does with what it gets as it was told: keeps it, sends half of it back, refuses it, or burns all gas.
contract HookPayee {
    uint256 private _does;

    function does(uint256 what) external {
        _does = what;
    }

    function received(address from, uint256 value) external {
        if (_does == 1) PlainToken(msg.sender).transfer(from, value / 2);
        if (_does == 2) revert("refused");
        while (_does == 3) {}
    }
}
