// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Moves nothing while it is paused.
contract PausingToken is PlainToken("PAUSE") {
    bool private _paused;

    function pause(bool paused) external {
        _paused = paused;
    }

    function _move(address to, uint256 value) internal override {
        require(!_paused, "paused");
        super._move(to, value);
    }
}
