// Reads requests from standard input and writes what the official Node SDK makes of each.
//
// In: {"key", "requests": [{"headers", "body"}], "plain": [text]}. Out: {"answers": [...], "made": [{"headers", "body"}]}:
// for each request the handled event, a challenge, or null; for each plain text a request made with the SDK's functions.
"use strict";

const crypto = require("crypto");
const { createHash } = crypto;
let computed; // the last hash, in hexadecimal digits
crypto.createHash = (algorithm) => {
  const hash = createHash(algorithm);
  const digest = hash.digest.bind(hash);
  hash.digest = (encoding) => (computed = digest(encoding));
  return hash;
};

const sdk = require("@larksuiteoapi/node-sdk");
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const quiet = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };

function dispatcher(handled) {
  const events = new sdk.EventDispatcher({ encryptKey: input.key, logger: quiet });
  for (const type of input.types) {
    events.register({ [type]: (data) => handled.push(data) });
  }
  return events;
}

async function answer({ headers, body }) {
  const handled = [];
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  try {
    const data = Object.assign(Object.create({ headers: lower }), JSON.parse(body));
    const { isChallenge, challenge } = sdk.generateChallenge(data, { encryptKey: input.key });
    if (isChallenge) {
      return { challenge: challenge.challenge };
    }
    await dispatcher(handled).invoke(data);
  } catch {
    return null;
  }
  return handled.length ? { event: handled[0] } : null;
}

// The SDK verifies but does not sign: what it would have compared with is the signature.
async function make(plain) {
  const vector = crypto.randomBytes(16);
  const cipher = crypto.createCipheriv("aes-256-cbc", new sdk.AESCipher(input.key).key, vector);
  const encrypt = Buffer.concat([vector, cipher.update(plain, "utf8"), cipher.final()]).toString("base64");
  const body = JSON.stringify({ encrypt });
  const headers = {
    "X-Lark-Request-Timestamp": String(Math.floor(Date.now() / 1000)),
    "X-Lark-Request-Nonce": crypto.randomBytes(8).toString("hex"),
    "X-Lark-Signature": "none",
  };
  await answer({ headers, body });
  headers["X-Lark-Signature"] = computed;
  return { headers, body };
}

(async () => {
  const answers = [];
  for (const request of input.requests) {
    answers.push(await answer(request));
  }
  const made = [];
  for (const plain of input.plain) {
    made.push(await make(plain));
  }
  process.stdout.write(JSON.stringify({ answers, made }));
})();
