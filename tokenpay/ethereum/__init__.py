"""What is signed for an Ethereum chain, and what is read from one.

transaction, preflight   every kind of transaction: build, sign, read, judge       behind it: transaction_kinds
typed_data, typed_json   messages of EIP-712, from Python and from JSON            behind it: typed_data_parts
personal_message         messages of EIP-191
grants                   signed words that let tokens be moved: EIP-3009, EIP-2612, DAI, Permit2
meanings                 all of these in plain words
abi, erc20               calls to contracts and tokens
observed, fees           facts read from a chain, and what to offer for gas
"""
