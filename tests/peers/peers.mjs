// Answers questions to ethers and viem: one line of JSON in, a list of requests; one line out, a list of answers.
//
//     node peers.mjs FOLDER_OF_NODE_MODULES
//
// Integers travel as decimal strings, bytes as 0x text. An answer is {"result": ...} or, where the peer threw,
// {"refused": its message}. Each verb prepares its call once and returns it as a function, so that `time` can
// repeat the call alone.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const ethers = require("ethers");
const viem = require("viem");
const { privateKeyToAccount } = require("viem/accounts");

const ETHERS_TYPES = { legacy: 0, eip155: 0, eip2930: 1, eip1559: 2, eip4844: 3, eip7702: 4 };

const optional = (name, value, convert = (given) => given) => (value == null ? {} : { [name]: convert(value) });

function forEthers(transaction) {
  return {
    type: ETHERS_TYPES[transaction.kind],
    nonce: BigInt(transaction.nonce),
    gasLimit: BigInt(transaction.gasLimit),
    to: transaction.to,
    value: BigInt(transaction.value),
    data: transaction.data,
    ...optional("chainId", transaction.kind === "legacy" ? null : transaction.chainId, BigInt),
    ...optional("gasPrice", transaction.gasPrice, BigInt),
    ...optional("maxFeePerGas", transaction.maxFeePerGas, BigInt),
    ...optional("maxPriorityFeePerGas", transaction.maxPriorityFeePerGas, BigInt),
    ...optional("accessList", transaction.accessList),
    ...optional("authorizationList", transaction.authorizationList, (list) =>
      list.map(({ chainId, address, nonce, yParity, r, s }) => ({
        chainId: BigInt(chainId),
        address,
        nonce: BigInt(nonce),
        signature: { yParity: Number(yParity), r, s },
      })),
    ),
  };
}

function forViem(transaction) {
  const type = transaction.kind === "eip155" ? "legacy" : transaction.kind;
  return {
    type,
    nonce: Number(transaction.nonce),
    gas: BigInt(transaction.gasLimit),
    to: transaction.to,
    value: BigInt(transaction.value),
    data: transaction.data,
    ...optional("chainId", transaction.kind === "legacy" ? null : transaction.chainId, Number),
    ...optional("gasPrice", transaction.gasPrice, BigInt),
    ...optional("maxFeePerGas", transaction.maxFeePerGas, BigInt),
    ...optional("maxPriorityFeePerGas", transaction.maxPriorityFeePerGas, BigInt),
    ...optional("accessList", transaction.accessList),
    ...optional("authorizationList", transaction.authorizationList, (list) =>
      list.map(({ chainId, address, nonce, yParity, r, s }) => ({
        chainId: Number(chainId),
        address,
        nonce: Number(nonce),
        yParity: Number(yParity),
        r,
        s,
      })),
    ),
  };
}

const typedDataOf = ({ domain, types, primaryType, message }) => ({ domain, types, primaryType, message });

const VERBS = {
  ethers: {
    // {transaction} -> the bytes that are hashed to be signed
    serialize({ transaction }) {
      const given = forEthers(transaction);
      return () => ethers.Transaction.from(given).unsignedSerialized;
    },
    // {key, transaction} -> {raw, hash}
    sign({ key, transaction }) {
      const given = forEthers(transaction);
      const signer = new ethers.SigningKey(key);
      return () => {
        const made = ethers.Transaction.from(given);
        made.signature = signer.sign(made.unsignedHash);
        return { raw: made.serialized, hash: made.hash };
      };
    },
    // {raw} -> {sender, type}
    read({ raw }) {
      return () => {
        const read = ethers.Transaction.from(raw);
        if (read.from == null) throw new Error("it carries no signature");
        return { sender: read.from, type: read.typeName };
      };
    },
    // {key, chainId, address, nonce} -> {yParity, r, s} of an EIP-7702 authorization
    signAuthorization({ key, chainId, address, nonce }) {
      const signer = new ethers.Wallet(key);
      const given = { chainId: BigInt(chainId), address, nonce: BigInt(nonce) };
      return () => {
        const { yParity, r, s } = signer.authorizeSync(given).signature;
        return { yParity: String(yParity), r, s };
      };
    },
    // {domain, types, message}; ethers finds the primary type by itself
    typedDataHash({ domain, types, message }) {
      return () => ethers.TypedDataEncoder.hash(domain, types, message);
    },
    // {key, domain, types, message} -> 65 bytes
    typedDataSign({ key, domain, types, message }) {
      const signer = new ethers.SigningKey(key);
      return () => signer.sign(ethers.TypedDataEncoder.hash(domain, types, message)).serialized;
    },
    // {xpub, index} -> the address of that child
    child({ xpub, index }) {
      const node = ethers.HDNodeWallet.fromExtendedKey(xpub);
      return () => node.deriveChild(Number(index)).address;
    },
  },
  viem: {
    serialize({ transaction }) {
      const given = forViem(transaction);
      return () => viem.serializeTransaction(given);
    },
    sign({ key, transaction }) {
      const given = forViem(transaction);
      const account = privateKeyToAccount(key);
      return async () => {
        const raw = await account.signTransaction(given);
        return { raw, hash: viem.keccak256(raw) };
      };
    },
    read({ raw }) {
      return async () => {
        const read = viem.parseTransaction(raw);
        const sender = await viem.recoverTransactionAddress({ serializedTransaction: raw });
        return { sender, type: read.type };
      };
    },
    signAuthorization({ key, chainId, address, nonce }) {
      const account = privateKeyToAccount(key);
      const given = { chainId: Number(chainId), address, nonce: Number(nonce) };
      return async () => {
        const { yParity, r, s } = await account.signAuthorization(given);
        return { yParity: String(yParity), r, s };
      };
    },
    // {domain, types, primaryType, message}; types may name EIP712Domain
    typedDataHash(request) {
      const given = typedDataOf(request);
      return () => viem.hashTypedData(given);
    },
    typedDataSign(request) {
      const given = typedDataOf(request);
      const account = privateKeyToAccount(request.key);
      return async () => account.signTypedData(given);
    },
  },
};

function prepare(request) {
  const verb = VERBS[request.peer]?.[request.verb];
  if (verb === undefined) throw new Error(`no verb ${request.verb} of ${request.peer}`);
  return verb(request);
}

const CLOCKS = {
  wall: () => Number(process.hrtime.bigint()) / 1e9,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

async function time({ call, times, clock }) {
  const now = CLOCKS[clock ?? "wall"];
  const run = prepare(call);
  await run();
  const began = now();
  for (let count = 0; count < times; count += 1) {
    const result = run();
    if (result instanceof Promise) await result;
  }
  return now() - began;
}

async function answer(request) {
  try {
    // {verb: "time", call: any other request, times, clock} -> the seconds that `times` calls took, after one to warm up
    if (request.verb === "time") return { result: await time(request) };
    return { result: await prepare(request)() };
  } catch (error) {
    return { refused: String(error.shortMessage ?? error.message).split("\n")[0] };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answers = [];
  for (const request of JSON.parse(line)) answers.push(await answer(request));
  process.stdout.write(JSON.stringify(answers) + "\n");
}
