//! A line that drops, delays, trickles, swallows and repeats while the phone saves and delivers.
//! `WAIQIN_LINE_SEED` repeats a run's plan.

use crate::story::Story;
use fastrand::Rng;
use std::time::Duration;
use waiqin_tests::proxy::{Fault, Way};

const CHANGES: u64 = 24;

/// One kind of weather, and when it begins.
fn weather(dice: &mut Rng) -> (Way, u64, Fault) {
    let way = match dice.bool() {
        true => Way::Up,
        false => Way::Down,
    };
    let bytes = match way {
        Way::Up => dice.u64(..150_000),
        Way::Down => dice.u64(..1_500),
    };
    let fault = match dice.u64(..6) {
        0 => Fault::CutOnce,
        1 => Fault::Cut,
        2 => Fault::Swallow,
        3 => Fault::Twice,
        4 => Fault::Stall,
        _ => Fault::Trickle {
            bytes: dice.usize(1..=4_000),
            pause: Duration::from_millis(dice.u64(1..=4)),
        },
    };
    (way, bytes, fault)
}

#[test]
fn bad_weather_loses_nothing_and_doubles_nothing() {
    let seed = std::env::var("WAIQIN_LINE_SEED").ok();
    let seed = seed.map_or_else(
        || u64::from(std::process::id()),
        |it| it.parse().expect("WAIQIN_LINE_SEED is a number"),
    );
    println!("WAIQIN_LINE_SEED={seed}");
    let mut story = Story::begin(seed);
    let mut dice = Rng::with_seed(seed ^ 0x11e);
    story.phone.say("online");
    for n in 0..CHANGES {
        let (way, bytes, fault) = weather(&mut dice);
        println!("{n}: {fault:?} after {bytes} {way:?}");
        story.line.does_after(way, bytes, fault);
        let record = story.record();
        if n % 3 == 0 {
            let bytes = dice.usize(20_000..270_000);
            story.photo(&record, bytes);
        }
        assert_eq!(story.phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(dice.u64(100..600)));
        // Whatever it did, some of it ends; what stalls or was swallowed would for half a minute not.
        if n % 2 == 1 {
            story.line.cut_now();
        }
    }
    story.line.does(Fault::Cut);
    story.line.does(Fault::None);
    story.delivers();
    let crossed = story.line.crossed();
    println!("{crossed:?}");
    assert!(crossed.connections > 3);
    story.holds();
}

#[test]
fn a_line_that_says_everything_twice_doubles_nothing() {
    let mut story = Story::begin(7);
    story.line.does(Fault::Twice);
    // A connection that is kept would be carried as it was made.
    story.line.does(Fault::Cut);
    story.line.does(Fault::Twice);
    for n in 0..4 {
        let record = story.record();
        story.photo(&record, 100_000 + n);
        story.delivers();
    }
    story.holds();
}

#[test]
fn a_line_of_a_few_bytes_at_a_time_delivers_everything() {
    let mut story = Story::begin(8);
    story.line.does(Fault::Trickle {
        bytes: 700,
        pause: Duration::from_millis(2),
    });
    let record = story.record();
    story.photo(&record, 200_000);
    story.delivers();
    story.holds();
}
