// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A working token whose transfer returns nothing, as some of the largest ones do.
contract SilentToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Silent Token";
    string public constant symbol = "SIL";
    uint8 public constant decimals = 6;
    mapping(address account => uint256) public balanceOf;

    constructor() {
        balanceOf[msg.sender] = 1e12;
        emit Transfer(address(0), msg.sender, 1e12);
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
    }
}
