//! Fees of enforcement (诉讼费用交纳办法 art. 14). A case without an amount has no figure here: the
//! caller keeps the amount optional and maps over it.

use super::money::Fen;

/// 执行申请费 (art. 14(1)), half-up to the fen: up to 10,000 yuan 50 yuan; of what lies above, to
/// 500,000 1.5 %, to 5,000,000 1 %, to 10,000,000 0.5 %, beyond 0.1 %.
#[must_use]
pub fn enforcement_fee(amount: Fen) -> Fen {
    const STEPS: [Step; 4] = [
        Step {
            above_yuan: 10_000,
            per_10_000: 150,
        },
        Step {
            above_yuan: 500_000,
            per_10_000: 100,
        },
        Step {
            above_yuan: 5_000_000,
            per_10_000: 50,
        },
        Step {
            above_yuan: 10_000_000,
            per_10_000: 10,
        },
    ];
    graduated(amount, 50, &STEPS)
}

/// 财产保全申请费 (art. 14(2)), half-up to the fen: up to 1,000 yuan 30 yuan; of what lies above, to
/// 100,000 1 %, beyond 0.5 %; at most 5,000 yuan.
#[must_use]
pub fn preservation_fee(amount: Fen) -> Fen {
    const STEPS: [Step; 2] = [
        Step {
            above_yuan: 1_000,
            per_10_000: 100,
        },
        Step {
            above_yuan: 100_000,
            per_10_000: 50,
        },
    ];
    graduated(amount, 30, &STEPS).min(Fen(500_000))
}

/// The rate for what lies above an amount, until the next step.
struct Step {
    above_yuan: i64,
    per_10_000: i64,
}

fn graduated(amount: Fen, base_yuan: i64, steps: &[Step]) -> Fen {
    let ends = steps
        .iter()
        .skip(1)
        .map(|step| step.above_yuan * 100)
        .chain([i64::MAX]);
    let parts: i128 = steps
        .iter()
        .zip(ends)
        .map(|(step, end)| {
            let part = amount
                .0
                .min(end)
                .saturating_sub(step.above_yuan * 100)
                .max(0);
            i128::from(part) * i128::from(step.per_10_000)
        })
        .sum();
    let fen = i128::from(base_yuan * 100) + (parts + 5_000) / 10_000;
    Fen(i64::try_from(fen).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_enforcement_fee_is_that_of_the_rule() {
        // Amount and fee in fen.
        #[rustfmt::skip]
        let rows = [
            (9_860_000, 137_900), (16_380_000, 235_700), (32_000_000, 470_000),
            (50_000_000, 740_000), (500_000_000, 5_240_000), (1_000_000_000, 7_740_000),
            (2_302_945, 24_544), (1_000_300, 5_005),
            (1, 5_000), (1_000_000, 5_000), (1_000_001, 5_000), (2_000_000_000, 8_740_000),
        ];
        for (amount, fee) in rows {
            assert_eq!(enforcement_fee(Fen(amount)), Fen(fee), "{amount}");
        }
        let debt = Fen(9_860_000);
        assert_eq!(
            debt.checked_add(enforcement_fee(debt)),
            Some(Fen(9_997_900)),
            "with its fee"
        );
    }

    #[test]
    fn every_preservation_fee_is_that_of_the_rule() {
        #[rustfmt::skip]
        let rows = [
            (1_000_000, 12_000), (10_000_000, 102_000), (16_380_000, 133_900), (100_250, 3_003),
            (89_600_000, 500_000), (89_599_999, 500_000), (89_599_800, 499_999),
            (1_000_000_000, 500_000), (100_000, 3_000), (1, 3_000),
        ];
        for (amount, fee) in rows {
            assert_eq!(preservation_fee(Fen(amount)), Fen(fee), "{amount}");
        }
    }

    #[test]
    fn the_ends_of_the_range_have_a_fee_too() {
        assert_eq!(enforcement_fee(Fen(i64::MIN)), Fen(5_000));
        assert_eq!(preservation_fee(Fen(i64::MAX)), Fen(500_000));
        assert!(enforcement_fee(Fen(i64::MAX)) > Fen(9_000_000_000_000_000));
    }
}
