// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// Moves nothing from or to whom its issuer has listed.
contract BlockListToken is PlainToken("LIST") {
    mapping(address account => bool) private _listed;

    function list(address account, bool listed) external {
        _listed[account] = listed;
    }

    function _move(address to, uint256 value) internal override {
        require(!_listed[msg.sender] && !_listed[to], "listed");
        super._move(to, value);
    }
}
