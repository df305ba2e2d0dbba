/// What a frame says; docs/kernel-protocol.md defines each payload.
package enum FrameKind: UInt8, Sendable, Hashable, CaseIterable {
    case templateReady = 1
    case fork = 2
    case forked = 3
    case exited = 4
    case shutdown = 5
    case adopt = 6

    case start = 16
    case run = 17
    case reply = 18
    case inspect = 19
    case stop = 20
    case copy = 21
    case save = 22
    case restore = 23
    case examine = 24

    case started = 32
    case finished = 33
    case state = 34
    case artifact = 35
    case call = 36
    case copied = 37
    case saved = 38
    case restored = 39
    case examined = 40
}
