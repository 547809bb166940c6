// Tries a property with many random cases, the same ones at each run, and says which one failed.

const randomFrom = (seed) => { // mulberry32
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const LETTERS = [...'aZ9 \n"<&>#?%/é—ß漢🙂🏳️‍🌈\u202eא'];

export const forAll = async (property, cases = 200) => {
  for (let seed = 1; seed <= cases; seed += 1) {
    const random = randomFrom(seed);
    const whole = (least, most) => least + Math.floor(random() * (most - least + 1));
    const list = (most, make) => Array.from({ length: whole(0, most) }, () => make());
    const pick = (all) => all[whole(0, all.length - 1)];
    const text = (most = 20) => list(most, () => pick(LETTERS)).join("");
    try {
      await property({ whole, list, pick, text });
    } catch (error) {
      error.message = `case ${seed}: ${error.message}`;
      throw error;
    }
  }
};
