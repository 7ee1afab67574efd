// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// While it lies, it logs transfers and says that they were made, and moves nothing.
contract LyingToken is PlainToken("LIE") {
    bool private _lies;

    function lie(bool lies) external {
        _lies = lies;
    }

    function _move(address to, uint256 value) internal override {
        if (!_lies) super._move(to, value);
    }
}
