"""Checks proofs with pymerkle and signed notes with the cryptography package; prints what held, and that changed ones do not.

The tree is pymerkle's own, from the same events. A proof of ours is put into pymerkle's form: how its hashes are
combined is taken from pymerkle's proof for the same place, the hashes are ours.
"""

import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymerkle import InmemoryTree, verify_inclusion
from pymerkle.proof import InvalidProof, MerkleProof

told = json.load(open(sys.argv[1], encoding="utf-8"))
tree = InmemoryTree(algorithm="sha256")
for event in told["events"]:
    tree.append_entry(event.encode())
counts = {"inclusions": 0, "checkpoints": 0, "refused": 0}


def changed(digest):
    return bytes([digest[0] ^ 1]) + digest[1:]


def proof_of(theirs, path):
    data = theirs.serialize()
    data["path"] = [digest.hex() for digest in path]
    return MerkleProof.deserialize(data)


def refused(verify):
    try:
        verify()
    except InvalidProof:
        counts["refused"] += 1


for ours in told["inclusions"]:
    size, root = ours["size"], bytes.fromhex(ours["root"])
    assert tree.get_state(size) == root, f"root of {size}"
    leaf = hashlib.sha256(b"\0" + ours["event"].encode()).digest()
    assert tree.get_leaf(ours["position"]) == leaf
    theirs = tree.prove_inclusion(ours["position"], size)
    # pymerkle's path begins with the leaf.
    path = [leaf] + [bytes.fromhex(digest) for digest in ours["hashes"]]
    assert path == theirs.path, f"path of {ours['position']} in {size}"
    verify_inclusion(leaf, root, proof_of(theirs, path))
    counts["inclusions"] += 1
    wrong = path[:-1] + [changed(path[-1])]
    refused(lambda: verify_inclusion(leaf, root, proof_of(theirs, wrong)))

name, key_id, key = told["key"].split("+", 2)
raw = base64.b64decode(key)
assert raw[0] == 1 and hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_id
public = Ed25519PublicKey.from_public_bytes(raw[1:])
for note in told["checkpoints"]:
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    assert origin == name and base64.b64decode(root, validate=True) == tree.get_state(int(size))
    (line,) = signatures.strip("\n").split("\n")
    mark, signer, signature = line.split(" ")
    signature = base64.b64decode(signature, validate=True)
    assert mark == "\u2014" and signer == name and signature[:4].hex() == key_id
    public.verify(signature[4:], text.encode())
    counts["checkpoints"] += 1
    try:
        public.verify(signature[4:], text.replace(size, size + "1").encode())
    except InvalidSignature:
        counts["refused"] += 1

print(json.dumps(counts))
