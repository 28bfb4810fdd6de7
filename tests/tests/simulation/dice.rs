//! Chance from a seed (splitmix64): a seed gives the same world everywhere.

#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for a part of the world, so that what happens there moves nothing elsewhere.
    pub fn apart(&mut self) -> Self {
        Self(self.next())
    }

    /// Dice that depend on a name alone, whatever was thrown meanwhile.
    pub fn of(&self, name: &str) -> Self {
        let mut dice = self.clone();
        for byte in name.bytes() {
            dice.0 = dice.0.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte);
            dice.next();
        }
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let random = self.next().to_le_bytes();
            part.copy_from_slice(&random[..part.len()]);
        }
    }
}
