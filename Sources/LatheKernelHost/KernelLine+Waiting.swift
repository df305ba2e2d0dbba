private import CSandbox
internal import LatheVocabulary
internal import LatheWire

/// What is waited for of a kernel, and for how long.
extension KernelLine {
    /// Microseconds.
    private static let (looked, slept): (UInt32, UInt32) = (400, 1_000)
    /// Bytes that are read at a time, and fewer than which are few.
    private static let (readLimit, smallOutput) = (1 << 18, 1 << 14)

    /// Brings the watchlist up to what this kernel may say now.
    func rewatch() {
        let list = line.loop.watchlist
        if channelIsOpen {
            let wanted: Watchlist.Interest = channel.hasOutgoing ? [.read, .write] : .read
            list.watch(channel.socket.raw, .channel(kernel: number), for: wanted, before: channelInterest)
            channelInterest = wanted
        } else if channelInterest != nil {
            list.forget(channel.socket.raw)
            channelInterest = nil
        }
        // Outside of a cell the pipes are left alone: what a thread of the user's writes then belongs to the next cell.
        let isWatching = isAnswering && outputPause == nil
        guard isWatching != pipesAreWatched else { return }
        pipesAreWatched = isWatching
        for pipe in pipes where pipe.descriptor >= 0 {
            if isWatching {
                list.watch(pipe.descriptor, .output(kernel: number), for: .read, before: nil)
            } else {
                list.forget(pipe.descriptor)
            }
        }
    }

    /// Stays for a moment while the kernel answers, if no other kernel has something to do: most small cells take less time
    /// than waking another thread does, and then nobody has to. What others hand in meanwhile waits as long.
    func awaitQuickAnswer() {
        guard channelIsOpen, !channel.hasOutgoing, line.isAlone(self) else { return }
        let list = line.loop.watchlist
        list.watch(channel.socket.raw, .channel(kernel: number), for: [], before: channelInterest)
        channelInterest = []
        let socket = channel.socket.raw
        if attention.looks(at: socket, for: Self.looked) || lathe_becomes_readable(socket, Self.slept) { takeFrames() }
    }

    func serveOutput() {
        guard isAnswering else { return }
        let came = read(limit: Self.readLimit)
        if came >= Self.readLimit, !pipesAreWide {
            pipesAreWide = true
            for pipe in pipes { pipe.widen() }
        }
        // Many small writes: what comes in the next moments is taken together, and the writer wakes nobody meanwhile.
        if came < Self.smallOutput { outputPause = .now + .milliseconds(3) }
    }
}
