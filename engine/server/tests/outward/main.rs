//! Clocks and deliveries from outside: a running engine under a clock of ours, a mail server and
//! subscribers on the loopback that misbehave.

mod calendar;
mod crash;
mod deadlines;
mod house;
mod letters;
mod outbound;
mod peers;
mod subscribers;
