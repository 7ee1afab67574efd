// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Runs the code of whoever stands at one of its storage places, which anybody may write: its own code never changes.
/// At a beacon's place stands whom it asks for that (EIP-1967).
contract Proxy {
    uint256 private constant BEACON = uint256(keccak256("eip1967.proxy.beacon")) - 1;
    uint256 private immutable _place;

    constructor(uint256 place) {
        _place = place;
    }

    function runs(address code) external {
        uint256 place = _place;
        assembly {
            sstore(place, code)
        }
    }

    fallback() external {
        uint256 place = _place;
        address code;
        assembly {
            code := sload(place)
        }
        if (place == BEACON) code = Proxy(code).implementation();
        (bool done, bytes memory told) = code.delegatecall(msg.data);
        if (!done) revert();
        assembly {
            return(add(told, 32), mload(told))
        }
    }

    /// As a beacon: whose code all its proxies run. As a proxy it leaves the question to that code.
    function implementation() external view returns (address code) {
        uint256 place = _place;
        if (place != 0) revert();
        assembly {
            code := sload(place)
        }
    }
}
