// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HookPayee} from "./HookPayee.sol";
import {PlainToken} from "./PlainToken.sol";

/// Calls a payee that has code, before it says that it paid, as tokens of ERC-777 do.
contract HookToken is PlainToken("HOOK") {
    function _move(address to, uint256 value) internal override {
        super._move(to, value);
        if (to.code.length != 0) HookPayee(to).received(msg.sender, value);
    }
}
