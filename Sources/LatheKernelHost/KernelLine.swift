private import CSandbox
internal import Glibc
internal import LatheVocabulary
internal import LatheWire

/// The conversation with one kernel. Seen only by who holds the loop's conversation.
///
/// A kernel may speak only while it answers: anything it says in another phase, and anything that is not as the protocol
/// has it, ends it.
final class KernelLine {
    enum Phase {
        /// Forked ahead of need, or on its way to it.
        case waiting
        /// A copy of another kernel that is being made.
        case copying(CopyOrder)
        /// A copy that has run nothing yet.
        case frozen
        case starting(StartOrder)
        case idle
        case running(CellRun)
        case saving(SaveOrder)
        case recalling(RecallOrder)
        case examining(ExaminationOrder)
        case ended(KernelEnd)
    }

    enum Alarm { case repeatInterrupt, kill(KernelEnd.Cause), giveUp }

    let number: Int
    let role: KernelRole
    unowned let line: TemplateLine
    var channel: FrameConnection
    var channelIsOpen = true
    var channelInterest: Watchlist.Interest?
    var pipes: [OutputPipe]
    var (pipesAreWatched, pipesAreWide) = (false, false)
    /// Until when the pipes are not looked at, after a little came.
    var outputPause: ContinuousClock.Instant?
    private var pidfd: OwnedDescriptor?
    /// The process number on the host, where the kernel lives.
    private(set) var process: Int32?
    var phase = Phase.waiting
    /// Who waits for the variables of a kernel that runs no cell.
    var inspector: CheckedContinuation<VariableListing?, Never>?
    /// The number of the copy of this kernel that is being made.
    var copy: Int?
    /// Further copies, which are asked for once that is made.
    var copiesToCome: [CopyOrder] = []
    /// Why it is being killed; the cause that is told, whatever the template reports.
    var sentence: KernelEnd.Cause?
    var alarm: (at: ContinuousClock.Instant, what: Alarm)?
    private var stoppers: [CheckedContinuation<Void, Never>] = []
    var attention = Attention()
    var hostCall: (@Sendable (HostCall) async -> HostReply)?
    var calls: [UInt64: Task<Void, Never>] = [:] {
        didSet { if case .running(let run) = phase { run.isWaiting(!calls.isEmpty) } }
    }
    var startArtifacts = 0
    /// What it wrote on standard error outside of cells: its last words if it ends there.
    private var words: [UInt8] = []
    private(set) var place = Place.coordinator
    /// The highest number of a cell that was given to the kernel, and of one that finished.
    var (lastGiven, lastFinished) = (0, 0)
    /// What it may use; known from its start on.
    private(set) var limits = KernelLimits()
    /// Files of slices that it was given.
    private(set) var given: Set<FileIdentity> = []
    /// Whether nobody outside holds this kernel: then it is dropped from the table once it has ended.
    private(set) var isForgotten = true

    static let maximumCalls = 64
    /// After a cell says that it finished, what may still be in a pipe: its largest capacity.
    static let drainLimit = 2 << 20

    init(number: Int, role: KernelRole, channel: OwnedDescriptor, pipes: [OutputPipe], line: TemplateLine) {
        self.number = number
        self.role = role
        self.line = line
        self.channel = FrameConnection(socket: channel)
        self.pipes = pipes
    }

    var hasEnded: Bool { if case .ended = phase { true } else { false } }
    /// Whether it has ended, as Linux says, which may be before the template has told.
    var isOver: Bool {
        guard !hasEnded, let pidfd else { return hasEnded }
        var look = pollfd(fd: pidfd.raw, events: Int16(POLLIN), revents: 0)
        return poll(&look, 1, 0) == 1
    }
    var isFrozen: Bool { if case .frozen = phase { true } else { false } }
    var isWaiting: Bool { if case .waiting = phase { true } else { false } }
    var deadline: ContinuousClock.Instant? {
        guard case .running(let run) = phase else { return [alarm?.at, outputPause].compactMap(\.self).min() }
        return [alarm?.at, run.clock.deadline, outputPause].compactMap(\.self).min()
    }

    // MARK: What lathe wants

    func start(_ order: StartOrder, with message: Frame) {
        place = order.start.place
        isForgotten = false
        hostCall = order.hostCall
        limits = order.start.limits.over(line.configuration.kernelLimits)
        phase = .starting(order)
        given = Set(message.descriptors.compactMap { FileIdentity.of($0.raw)?.file })
        send(message)
    }

    /// Becomes the copy of another kernel, which is on its way.
    func begin(_ order: CopyOrder, of origin: KernelLine) {
        phase = .copying(order)
        isForgotten = false
        place = origin.place
        hostCall = order.hostCall ?? origin.hostCall
        (limits, given) = (origin.limits, origin.given)
        lastFinished = origin.lastFinished
        alarm = (.now + .seconds(60), .kill(.violation("no answer to `copy` within a minute")))
    }

    /// Ends a place that no process ever took, and that nobody waits for any more.
    func dissolve() {
        phase = .waiting
        end(.stopped)
    }

    func cancelStart() {
        if case .starting = phase { kill(.stopped) }
    }

    func run(_ order: CellOrder) {
        switch phase {
        case .idle where order.cell.number <= lastGiven, .frozen where order.cell.number <= lastGiven:
            order.refuse(afterCell: lastGiven)
        case .idle, .frozen:
            // Code in its origin may have stopped a copy.
            if case .frozen = phase { signal(SIGCONT) }
            lastGiven = order.cell.number
            let name = place.path.joined(separator: ".")
            phase = .running(
                CellRun(
                    order, kernelName: "\(name)-k\(number)", configuration: line.configuration, limits: limits))
            let payload: JSONValue = ["cell": .integer(order.cell.number), "code": .string(order.cell.code)]
            send(Frame(.run, text: payload.text))
            awaitQuickAnswer()
        case .ended(let end): order.resume(died: end)
        case .waiting, .copying, .starting, .running, .saving, .recalling, .examining:
            order.refuse("KernelBusy", "the kernel runs another cell")
        }
    }

    func interrupt() {
        guard case .running = phase, sentence == nil else { return }
        // One signal for all who ask: a second one would end a cell in the middle of heeding the first.
        switch alarm?.what {
        case .kill, .repeatInterrupt: return
        case .giveUp, nil: break
        }
        signal(SIGINT)
        // A cell that was only just sent may not have been armed yet; a second signal reaches it.
        alarm = (.now + .milliseconds(250), .repeatInterrupt)
    }

    /// What the watch has found that this kernel does.
    func carryOut(_ verdict: ResourceVerdict) {
        switch verdict {
        case .end(_, let reason): kill(.overLimit(reason))
        case .interrupt(_, let reason):
            guard case .running(let run) = phase, run.overDisk == nil else { return }
            run.fill(disk: reason)
            interrupt()
        }
    }

    /// Ends the kernel: an idle one may run its exit handlers first.
    func stop(_ continuation: CheckedContinuation<Void, Never>) {
        guard !hasEnded else { return continuation.resume() }
        stoppers.append(continuation)
        if case .idle = phase, sentence == nil, role == .session {
            sentence = .stopped
            send(Frame(.stop, text: "{}"))
            alarm = (.now + .seconds(2), .kill(.stopped))
        } else {
            kill(.stopped)
        }
    }

    /// Ends the kernel whose last reference is gone.
    func forget() {
        isForgotten = true
        kill(.stopped)
    }

    func kill(_ cause: KernelEnd.Cause) {
        guard !hasEnded else { return }
        if sentence == nil { sentence = cause }
        signal(SIGKILL)
        alarm = (.now + .seconds(5), .giveUp)
    }

    func signal(_ number: Int32) {
        if let pidfd { _ = lathe_pidfd_signal(pidfd.raw, number) }
    }

    // MARK: What the template tells

    func forked(_ pidfd: OwnedDescriptor) {
        self.pidfd = pidfd
        let known = ProcFile.text("/proc/self/fdinfo/\(pidfd.raw)")
        process = ProcFile.number(after: "Pid:", in: known).map { Int32(clamping: $0) }
        if sentence != nil { signal(SIGKILL) }
        if case .copying(let order) = phase {
            phase = .frozen
            alarm = nil
            order.continuation.resume(returning: .success(.made(order.handle)))
        }
    }

    /// The kernel is gone: what it still said and wrote is taken in, then whoever waits is told.
    func end(_ cause: KernelEnd.Cause) {
        guard !hasEnded else { return }
        takeFrames()
        drain()
        let end = KernelEnd(cause: sentence ?? cause, lastWords: printable(words), limits: limits)
        let last = exchange(&phase, with: .ended(end))
        alarm = nil
        channelIsOpen = false
        channel.socket.close()
        pipes = []
        pidfd = nil
        for call in calls.values { call.cancel() }
        calls = [:]
        hostCall = nil
        switch last {
        case .starting(let order):
            let code: KernelError.Code = sentence == .stopped ? .cancelled : .startFailed
            order.continuation.resume(
                returning: .failure(KernelError(code, "the kernel did not start: \(end.message)")))
        case .running(let run):
            tellLoss(end, uncertainCell: run.order.cell.number)
            run.order.continuation.resume(returning: run.died(end))
        case .idle: tellLoss(end, uncertainCell: nil)
        case .copying(let order): order.fail("the copy was not made: \(end.message)")
        case .saving(let order): order.fail(end.message)
        case .recalling(let order): order.fail(end.message)
        case .examining(let order): order.fail(end.message)
        case .waiting, .frozen, .ended: break
        }
        inspector?.resume(returning: nil)
        inspector = nil
        if let copy { line.kernel(copy)?.end(.template("its origin ended")) }
        for order in copiesToCome { order.fail(end.message) }
        copiesToCome = []
        for stopper in stoppers { stopper.resume() }
        stoppers = []
    }

    private func tellLoss(_ end: KernelEnd, uncertainCell: Int?) {
        guard end.cause != .stopped else { return }
        line.tell(
            KernelLoss(
                place: place, epoch: KernelEpoch(rawValue: number), lastFinished: lastFinished,
                uncertainCell: uncertainCell, reason: end.message))
    }

    var end: KernelEnd? { if case .ended(let end) = phase { end } else { nil } }

    // MARK: The loop's part

    var isAnswering: Bool {
        switch phase {
        case .starting, .running, .examining: true
        case .waiting, .copying, .frozen, .idle, .saving, .recalling, .ended: false
        }
    }

    func serveChannel() {
        guard channelIsOpen else { return }
        do throws(WireError) {
            if channel.hasOutgoing { try channel.flush() }
        } catch {
            // The other end is gone; its exit is on its way.
        }
        takeFrames()
    }

    func expire(_ now: ContinuousClock.Instant) {
        if let pause = outputPause, pause <= now { outputPause = nil }
        if case .running(let run) = phase, let end = run.clock.deadline, end <= now {
            run.endTime()
            interrupt()
        }
        guard let due = alarm, due.at <= now, !hasEnded else { return }
        alarm = nil
        switch due.what {
        case .repeatInterrupt:
            guard case .running(let run) = phase else { return }
            signal(SIGINT)
            let cause = run.endCause
            alarm = (now + line.configuration.interruptGrace, .kill(cause))
        case .kill(let cause): kill(cause)
        case .giveUp: end(sentence ?? .unknown)
        }
    }

    /// Returns how many bytes came.
    @discardableResult
    func read(limit: Int) -> Int {
        var total = 0
        for index in pipes.indices {
            let stream = pipes[index].stream
            if case .running(let run) = phase, let rest = run.wantedEnd(of: stream) {
                let dropped = pipes[index].skip(leaving: rest)
                run.skip(dropped, of: stream)
                total += dropped
            }
            total += pipes[index].read(limit: limit, into: &line.buffer) { take($0, stream) }
        }
        return total
    }

    func drain() { read(limit: Self.drainLimit) }

    private func take(_ bytes: UnsafeRawBufferPointer, _ stream: OutputStream) {
        if case .running(let run) = phase {
            run.append(bytes, to: stream)
        } else {
            words.append(contentsOf: bytes)
            if words.count > 1 << 14 { words.removeFirst(words.count - 4096) }
        }
    }

    // MARK: What the kernel says

    func takeFrames() {
        while channelIsOpen {
            do throws(WireError) {
                switch try channel.next() {
                case .frame(let frame): try take(frame)
                case .empty: return
                case .end:
                    channelIsOpen = false
                    if alarm == nil { alarm = (.now + .seconds(2), .kill(.unknown)) }
                }
            } catch {
                channelIsOpen = error.code != .system
                if channelIsOpen {
                    channelIsOpen = false
                    kill(.violation(error.reason))
                } else if alarm == nil {
                    alarm = (.now + .seconds(2), .kill(.unknown))
                }
            }
        }
    }

    private func take(_ frame: Frame) throws(WireError) {
        switch frame.kind {
        case .started: try started(frame)
        case .finished: try finished(frame)
        case .artifact: try artifact(frame)
        case .call: try call(frame)
        case .copied: try copied(frame)
        case .state: try state(frame)
        case .saved: try saved(frame)
        case .restored: try restored(frame)
        case .examined: try examined(frame)
        default: throw WireError(.unknownKind, "a kernel cannot send \(frame.kind)")
        }
    }

    func send(_ frame: Frame) {
        guard channelIsOpen else { return }
        do throws(WireError) {
            try channel.send(frame)
        } catch  where error.code == .system {
            // The other end is gone; its exit is on its way and is what gets told.
        } catch {
            // Ours to blame, not the kernel's: a cell or reply beyond the protocol's limit.
            kill(.violation("lathe cannot send this: \(error.reason)"))
        }
    }
}
