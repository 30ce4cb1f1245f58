pragma circom 2.0.0;

// Compiled by circom2 0.2.23 (npm): circom2 pow5.circom --r1cs --wasm --prime bls12381
// Witness: node pow5_js/generate_witness.js pow5_js/pow5.wasm input.json pow5.wtns, for a = 7, k = 11.
template Pow5() {
    signal input a;
    signal input k;
    signal output b;
    signal s;
    signal q;
    s <== a * a + k;
    q <== s * s - 3 * k;
    b <== q * a;
}

component main {public [k]} = Pow5();
