import Testing

/// All tests with a real template: one after the other, for each takes a whole machine's worth of memory and time.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KernelHostTests {}
