// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Says false where others revert, with a receipt that says success: for money that is not there, and while it refuses.
contract FalseToken is PlainToken("FALSE") {
    bool private _refuses;

    function refuse(bool refuses) external {
        _refuses = refuses;
    }

    function transfer(address to, uint256 value) external override returns (bool) {
        if (_refuses || _units[msg.sender] < value) return false;
        _move(to, value);
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
