//! Two records side by side: whether they tell of one act, or of one thing.

use super::asset::AssetKey;
use super::visit::{Spot, Visit};
use crate::journal::Act;
use std::collections::BTreeSet;

/// Acts further apart in time are two, ms.
pub const JOINT_MS_MAX: i64 = 30 * 60_000;
/// Acts further apart on the ground are two, m.
const JOINT_M_MAX: f64 = 200.0;
/// A degree of latitude on the ground, m.
const M_PER_DEGREE: f64 = 111_320.0;

/// Whether two records of one case are of the same act: the same kind, within half an hour and 200 m,
/// with an officer in common. Where a phone had no position, the words for the place count. A correction
/// is of the act that it corrects, and no second record of it.
#[must_use]
pub fn is_same_act(one: &Visit, other: &Visit) -> bool {
    let near = match (one.spot, other.spot) {
        (Some(one), Some(other)) => is_near(one, other),
        (Some(_) | None, Some(_) | None) => !one.place.is_empty() && one.place == other.place,
    };
    one.act == other.act
        && !one.amends
        && !other.amends
        && one.at.abs_diff(other.at) <= JOINT_MS_MAX.unsigned_abs()
        && !one.officers.is_disjoint(&other.officers)
        && near
}

/// What two records both put under seal (查封、扣押、保全): records of two cases, of which one can only
/// wait (轮候) for the other.
#[must_use]
pub fn seals_the_same<'a>(one: &'a Visit, other: &'a Visit) -> BTreeSet<&'a AssetKey> {
    if !seals(one.act) || !seals(other.act) {
        return BTreeSet::new();
    }
    one.assets.intersection(&other.assets).collect()
}

fn seals(act: Act) -> bool {
    matches!(act, Act::Seal | Act::Removal | Act::Preservation)
}

/// Within 200 m, on a plane that touches the ground there: over this distance its error is far below what
/// a phone's position has.
fn is_near(one: Spot, other: Spot) -> bool {
    let degrees = |e7: i64| i32::try_from(e7).map_or(f64::NAN, |e7| f64::from(e7) / 1e7);
    let north = (degrees(one.lat) - degrees(other.lat)) * M_PER_DEGREE;
    let narrower = degrees(one.lat).to_radians().cos();
    let east = (degrees(one.lon) - degrees(other.lon)) * M_PER_DEGREE * narrower;
    north.hypot(east) <= JOINT_M_MAX
}
