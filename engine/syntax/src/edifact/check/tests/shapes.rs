//! Segments like the ones before.

use super::*;

/// What was learnt from segments that were right lets nothing else pass.
#[test]
fn shapes_are_learnt() {
    let guide = invoic_96a();
    let mut learnt = Checked::default();
    let mut check = |segment: &str, wrong: &str| {
        let text = format!("{HEAD}NAD+SU+ANP::92'{segment}{TAIL}");
        let tape = tape(text.as_bytes(), &Separators::DEFAULT);
        let input = Input::new(text.as_bytes(), &tape, Separators::DEFAULT);
        let mut fresh = Checked::default();
        for out in [&mut fresh, &mut learnt] {
            message(&guide, &input, &Rules::default(), out);
            assert_eq!(told(out), wrong, "{segment}");
        }
    };
    for _ in 0..2 {
        check("LIN+1++A:SA'MOA+203:3.00'", "");
        check("LIN+1++A:SA'MOA+203:3.0.0'", "6 MOA/1/2 EDI-019 \"3.0.0\"");
        check("LIN+1++A:SA'MOA+203:3x'", "6 MOA/1/2 EDI-037 \"3x\"");
        check("LIN+1++A'MOA+203'", "");
        check("LIN+1++A:SA'MOA+:3.00'", "6 MOA/1/1 EDI-013");
        check("LIN+1++A:SA'MOA+203:3.00+'", "6 MOA/1 EDI-045 \"+\"");
    }
}
