// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// No token: it writes a Transfer log, from its own address, for money that never moved.
/// As a "token" it answers like one, so that a bank that pinned it by mistake sees logs without balances.
contract Forger {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Demo Euro";
    string public constant symbol = "DEUR";
    uint8 public constant decimals = 6;

    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }

    function forge(address from, address to, uint256 value) external {
        emit Transfer(from, to, value);
    }

    /// Says it worked, logs it, moves nothing.
    function transfer(address to, uint256 value) external returns (bool) {
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
