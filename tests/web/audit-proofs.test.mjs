// The verifier that runs in the auditor's browser, in Node: the published vectors of RFC 6962's reference
// implementation and of signed notes, every size of small trees against the definition, and that nothing changed passes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climb, grewFrom, hashOf, leafHash, nodeHash, sha256, toHex } from '../../static/audit/merkle.js';
import { readCheckpoint, readKey, signedBy, witnessedAt } from '../../static/audit/note.js';
import { consistency, inclusion, root } from './mock-tree.mjs';

const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
/** Index, size, hashes. @type {[number, number, string[]][]} */
const INCLUSIONS = [
  [0, 1, []],
  [0, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']],
  [5, 8, ['bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [1, 5, ['6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
];
/** The two sizes, hashes. @type {[number, number, string[]][]} */
const CONSISTENCIES = [
  [1, 1, []],
  [1, 8, ['96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7', '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4']],
  [6, 8, ['0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a', 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7']],
  [2, 5, ['5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e', 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b']],
];
/** @param {string} hex */
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
/** @param {string} hex */
const hash = (hex) => hashOf(hex) ?? assert.fail(hex);
/** The same with one bit changed. @param {string} hex @param {number} [at] */
const changed = (hex, at = 0) => hex.slice(0, at) + (parseInt(hex[at], 16) ^ 1).toString(16) + hex.slice(at + 1);

test('leaves and nodes hash as the reference implementation says', async () => {
  assert.equal(toHex(await sha256()), ROOTS[0]);
  assert.equal(toHex(await leafHash(bytes(LEAVES[0]))), ROOTS[1]);
  assert.equal(toHex(await nodeHash(await leafHash(bytes(LEAVES[0])), await leafHash(bytes(LEAVES[1])))), ROOTS[2]);
});

test('the published inclusion proofs lead to the published roots, and no changed one does', async () => {
  for (const [index, size, proof] of INCLUSIONS) {
    const leaf = await leafHash(bytes(LEAVES[index]));
    assert.equal((await climb(leaf, index, size, proof)).root, ROOTS[size]);
    for (const at of proof.keys()) assert.notEqual((await climb(leaf, index, size, proof.with(at, changed(proof[at], 63)))).root, ROOTS[size]);
    assert.equal((await climb(leaf, index, size, [...proof, ROOTS[1]])).root, null, 'one too many');
    if (proof.length > 0) assert.equal((await climb(leaf, index, size, proof.slice(1))).root, null, 'one too few');
    assert.notEqual((await climb(hash(ROOTS[3]), index, size, proof)).root, ROOTS[size]);
  }
});

test('the published consistency proofs hold, and no changed one does', async () => {
  for (const [first, second, proof] of CONSISTENCIES) {
    const ask = (/** @type {Partial<{ first: number, second: number, old: string, now: string, proof: string[] }>} */ other = {}) => {
      const { first: a, second: b, old, now, proof: hashes } = { first, second, old: ROOTS[first], now: ROOTS[second], proof, ...other };
      return grewFrom(a, b, old, now, hashes);
    };
    assert.equal(await ask(), true);
    for (const at of proof.keys()) assert.equal(await ask({ proof: proof.with(at, changed(proof[at])) }), false);
    assert.equal(await ask({ old: changed(ROOTS[first]) }), false);
    assert.equal(await ask({ now: changed(ROOTS[second]) }), false);
    assert.equal(await ask({ proof: [...proof, ROOTS[1]] }), false);
    if (proof.length > 0) assert.equal(await ask({ proof: proof.slice(1) }), false);
    if (second > first) assert.equal(await ask({ first: second, second: first }), false);
  }
});

test('every proof of every tree up to 17 leaves is right, against the definition', async () => {
  const leaves = await Promise.all(Array.from({ length: 17 }, async (_, at) => Buffer.from(await leafHash(bytes(at.toString(16).padStart(4, '0'))))));
  for (let size = 1; size <= leaves.length; size += 1) {
    const tree = leaves.slice(0, size);
    const wanted = root(tree).toString('hex');
    for (let index = 0; index < size; index += 1) {
      const proof = inclusion(index, tree).map((one) => one.toString('hex'));
      const { root: found, rungs } = await climb(new Uint8Array(tree[index]), index, size, proof);
      assert.equal(found, wanted, `${index} of ${size}`);
      assert.equal(rungs.length, proof.length);
    }
    for (let first = 1; first <= size; first += 1) {
      const proof = consistency(first, tree).map((one) => one.toString('hex'));
      assert.equal(await grewFrom(first, size, root(tree.slice(0, first)).toString('hex'), wanted, proof), true, `${first} to ${size}`);
      const other = root([...leaves.slice(1, first), leaves[0]]).toString('hex');
      if (first > 1) assert.equal(await grewFrom(first, size, other, wanted, proof), false, `another ${first} to ${size}`);
    }
  }
});

test('sizes beyond 2^31 are counted right, where the bit operators would not', async () => {
  // The last leaf of 2^40 + 1: its only neighbour is the root of the 2^40 before it.
  const [leaf, before] = [hash(ROOTS[1]), hash(ROOTS[8])];
  assert.equal((await climb(leaf, 2 ** 40, 2 ** 40 + 1, [ROOTS[8]])).root, toHex(await nodeHash(before, leaf)));
  assert.equal(await grewFrom(2 ** 40, 2 ** 40 + 1, ROOTS[8], toHex(await nodeHash(before, leaf)), [ROOTS[1]]), true);
});

test('nonsense of any kind is no proof, and nothing is thrown', async () => {
  const leaf = hash(ROOTS[1]);
  for (const proof of [null, undefined, 'aa', [null], ['zz'], [ROOTS[1].toUpperCase()], {}]) {
    assert.equal((await climb(leaf, 0, 2, proof)).root, null);
    assert.equal(await grewFrom(1, 2, ROOTS[1], ROOTS[2], proof), false);
  }
  for (const [index, size] of [[-1, 2], [2, 2], [0.5, 2], [0, Infinity], [0, 0]]) assert.equal((await climb(leaf, index, size, [])).root, null);
  assert.equal(await grewFrom(0, 5, ROOTS[0], ROOTS[5], []), true);
  assert.equal(await grewFrom(0, 5, ROOTS[1], ROOTS[5], []), false);
});

// The specification's example, and that of Go's package for signed notes; both as checkpoints are read, which they are not.
const FOO = { key: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', text: 'This is an example message.\n', line: '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=' };
const PETER = { key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n", line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=' };

/** @param {{ text: string, line: string }} of */
function noteOf({ text, line }) {
  const [, name, written] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  const all = bytes(Buffer.from(written, 'base64').toString('hex'));
  return { note: '', text, origin: '', size: 0, root: '', signatures: [{ name, id: toHex(all.slice(0, 4)), bytes: all.slice(4) }] };
}

test('published signed notes verify with their published keys, and no changed one does', async () => {
  for (const one of [FOO, PETER]) {
    const key = await readKey(one.key);
    assert.ok(key);
    assert.equal(await signedBy(noteOf(one), key), 'signed');
    assert.equal(await signedBy({ ...noteOf(one), text: one.text.replace('e', '3') }, key), 'wrong');
    const note = noteOf(one);
    note.signatures[0].bytes[9] ^= 1;
    assert.equal(await signedBy(note, key), 'wrong');
    const both = noteOf(one);
    both.signatures.push(note.signatures[0]);
    assert.equal(await signedBy(both, key), 'wrong', 'a right signature does not excuse a wrong one');
  }
  const foo = await readKey(FOO.key);
  assert.equal(foo && await signedBy(noteOf(PETER), foo), 'absent');
});

test('a key whose id is not its own, or of another kind, is none', async () => {
  for (const bad of ['', 'a', 'a+b', `x+${FOO.key}`, FOO.key.replace('530d903a', '530d903b'), FOO.key.replace('foo', 'bar'), FOO.key.slice(0, -4), 'example.com/foo+530d903a+AA==', null])
    assert.equal(await readKey(bad), null, String(bad));
  assert.equal((await readKey(` ${FOO.key}\n`))?.written, FOO.key);
});

const CHECKPOINT = 'zhanggui/3f9a2c71d05be846\n1042\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— zhanggui/3f9a2c71d05be846 x08goyuQ0c8=\n';

test('a checkpoint is read as it is, or as somebody pasted it', () => {
  const read = readCheckpoint(CHECKPOINT);
  assert.equal(read?.size, 1042);
  assert.equal(read?.text, CHECKPOINT.split('\n\n')[0] + '\n');
  assert.deepEqual(read?.signatures.map(({ name, id }) => `${name} ${id}`), ['zhanggui/3f9a2c71d05be846 c74f20a3']);
  for (const pasted of [CHECKPOINT.trim(), `\n${CHECKPOINT}\n\n`, CHECKPOINT.replaceAll('\n', '\r\n')]) assert.deepEqual(readCheckpoint(pasted), read);
  for (const bad of [null, '', 'x', CHECKPOINT.split('\n\n')[0], CHECKPOINT.replace('1042', '01042'), CHECKPOINT.replace('1042', '-1'), CHECKPOINT.replace('1042', '9'.repeat(20)), CHECKPOINT.replace('CsU', 'Cs'), CHECKPOINT.replace('q2I=', 'q2J='), CHECKPOINT.replace('—', '-'), CHECKPOINT.replace('x08g', 'x0*g')])
    assert.equal(readCheckpoint(bad), null, String(bad));
});

test('a witness says when it signed', () => {
  const time = new Uint8Array(72);
  new DataView(time.buffer).setBigUint64(0, 1_700_000_000n);
  assert.equal(witnessedAt({ name: 'witness.example/w1', id: '', bytes: time }, 'zhanggui/1'), 1_700_000_000_000);
  assert.equal(witnessedAt({ name: 'zhanggui/1', id: '', bytes: time }, 'zhanggui/1'), null);
  assert.equal(witnessedAt({ name: 'other', id: '', bytes: new Uint8Array(64) }, 'zhanggui/1'), null);
});
