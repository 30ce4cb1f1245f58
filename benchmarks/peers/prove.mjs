// Proves or verifies with the snarkjs package in argv[2] what lies in the folder argv[3]; prints JSON.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const [, , pack, folder, what] = process.argv;
const snarkjs = createRequire(pack + "/package.json")("snarkjs");

if (what === "verify") {
    const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
    const accepted = await snarkjs.groth16.verify(read("verification_key.json"), read("public.json"), read("proof.json"));
    console.log(JSON.stringify({ accepted }));
} else {
    // The curve's start (WebAssembly compiled, worker threads) is left out: the second of two calls of `getCurveFromName` is free.
    await snarkjs.curves.getCurveFromName("bls12381");
    const start = performance.now();
    const { proof, publicSignals } = await snarkjs.groth16.prove(`${folder}/circuit.zkey`, `${folder}/witness.wtns`);
    const seconds = (performance.now() - start) / 1000;
    writeFileSync(`${folder}/proof.json`, JSON.stringify(proof));
    writeFileSync(`${folder}/public.json`, JSON.stringify(publicSignals));
    console.log(JSON.stringify({ seconds }));
}
process.exit(0);
