// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What the odd ones have in common: a token that does as it says.
abstract contract PlainToken {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Odd Token";
    uint8 public constant decimals = 6;
    string public symbol;
    mapping(address account => uint256) internal _units;

    constructor(string memory symbol_) {
        symbol = symbol_;
        _units[msg.sender] = 1e12;
        emit Transfer(address(0), msg.sender, 1e12);
    }

    function balanceOf(address account) public view virtual returns (uint256) {
        return _units[account];
    }

    function transfer(address to, uint256 value) external virtual returns (bool) {
        _move(to, value);
        emit Transfer(msg.sender, to, value);
        return true;
    }

    function _move(address to, uint256 value) internal virtual {
        _units[msg.sender] -= value;
        _units[to] += value;
    }
}
