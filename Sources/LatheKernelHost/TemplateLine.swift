private import CSandbox
private import Glibc
internal import LatheSandbox
internal import LatheVocabulary
internal import LatheWire

/// The conversation with one template, and the table of its kernels. Seen only by who holds the loop's conversation.
final class TemplateLine {
    let configuration: KernelHostConfiguration
    let loop: HostLoop
    /// What is handed to kernels of the session's folder.
    let given: GivenFiles
    /// For reading pipes, shared by all kernels: one thread reads at a time.
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var control: FrameConnection?
    private var controlInterest: Watchlist.Interest?
    /// When the loop's thread looks again, whatever happens.
    private var pauseEnd = ContinuousClock.now
    private var log: LogTail?
    private var process: OwnedDescriptor?
    /// The process number of bubblewrap; meaningless once it has ended.
    private(set) var processNumber: Int32?
    private let losses: AsyncStream<KernelLoss>.Continuation
    private var ready: CheckedContinuation<Result<Void, KernelError>, Never>?
    private var deadline: ContinuousClock.Instant?
    private var kernels: [Int: KernelLine] = [:]
    private let numbers: KernelNumbers
    private var isReady = false
    /// Whether the template has imported all that it will.
    private var isWhole = false
    /// When the next kernel is forked ahead: not while somebody has just asked for one and needs the processor.
    private var refill: ContinuousClock.Instant?
    private var isStopping = false
    private var stoppers: [CheckedContinuation<Void, Never>] = []
    /// Kernels that ended while they were forked ahead, one after the other: then something is wrong with all.
    private var earlyDeaths = 0
    private(set) var isDone = false

    init(
        configuration: KernelHostConfiguration, numbers: KernelNumbers, loop: HostLoop,
        losses: AsyncStream<KernelLoss>.Continuation, ready: CheckedContinuation<Result<Void, KernelError>, Never>
    ) {
        self.numbers = numbers
        self.configuration = configuration
        given = GivenFiles(folder: configuration.sessionFolder)
        self.loop = loop
        self.losses = losses
        self.ready = ready
    }

    func kernel(_ number: Int) -> KernelLine? { kernels[number] }

    // MARK: What the watch asks and orders

    /// Slices that kernels have handed over and files for data results, as long as somebody keeps them.
    private var slices: [FileIdentity: KeptSlice] = [:]

    func keep(_ handed: [SliceReference]) {
        for slice in handed {
            guard let (file, bytes) = FileIdentity.of(slice.descriptor) else { continue }
            slices[file] = KeptSlice(holder: slice, bytes: bytes)
        }
    }

    /// A file for a data result counts with its whole size from the start.
    func keep(_ data: DataFile) {
        guard let (file, _) = FileIdentity.of(data.descriptor) else { return }
        slices[file] = KeptSlice(holder: data, bytes: UInt64(data.bytes))
    }

    /// How things are now; nil before the sandbox is there and once it has ended.
    var roll: SandboxRoll? {
        guard isReady, !isDone, let processNumber else { return nil }
        slices = slices.filter { $0.value.holder != nil }
        return SandboxRoll(
            sandbox: processNumber, hasOwnTemporary: configuration.arrangement == .bubblewrap,
            kernels: kernels.values.compactMap(\.roll), slices: slices.mapValues(\.bytes))
    }

    func carryOut(_ verdict: ResourceVerdict) {
        switch verdict {
        case .end(let number, _), .interrupt(let number, _): kernels[number]?.carryOut(verdict)
        }
    }

    func tell(_ loss: KernelLoss) { losses.yield(loss) }

    // MARK: Beginning and end

    func open() {
        var ends: [Int32] = [-1, -1]
        var pipe: [Int32] = [-1, -1]
        guard lathe_socket_pair(&ends) == 0, lathe_output_pipe(&pipe) == 0 else {
            return finish(KernelError(.templateFailed, "no descriptors are left for the template", underlying: errno))
        }
        let (theirs, writer) = (OwnedDescriptor(ends[1]), OwnedDescriptor(pipe[1]))
        control = FrameConnection(socket: OwnedDescriptor(ends[0]))
        log = LogTail(reader: OwnedDescriptor(pipe[0]))
        do throws(SandboxError) {
            let started = try configuration.policy.launch(control: theirs.raw, log: writer.raw)
            process = OwnedDescriptor(started.pidfd)
            processNumber = started.process
            loop.watchlist.watch(started.pidfd, .process, for: .read, before: nil)
            loop.watchlist.watch(pipe[0], .log, for: .read, before: nil)
            deadline = .now + configuration.startTimeout
        } catch {
            finish(KernelError(error))
        }
    }

    /// Asks the template to end; its children end with it.
    func stop(_ continuation: CheckedContinuation<Void, Never>?) {
        if isDone {
            continuation?.resume()
            return
        }
        if let continuation { stoppers.append(continuation) }
        guard !isStopping else { return }
        isStopping = true
        deadline = .now + .seconds(3)
        send(Frame(.shutdown, text: "{}"))
        for kernel in kernels.values { kernel.kill(.stopped) }
    }

    /// The sandbox is gone: tells everybody who waits.
    private func finish(_ error: KernelError) {
        guard !isDone else { return }
        isDone = true
        let cause: KernelEnd.Cause = isStopping ? .stopped : .template(error.reason)
        for kernel in kernels.values { kernel.end(cause) }
        losses.finish()
        kernels = [:]
        (control, log, process) = (nil, nil, nil)
        ready?.resume(returning: .failure(isStopping ? KernelError(.cancelled, "the start was cancelled") : error))
        ready = nil
        for stopper in stoppers { stopper.resume() }
        stoppers = []
    }

    private func ended() -> KernelError {
        var end = lathe_exit()
        if let process { _ = lathe_reap(process.raw, &end) }
        log?.read(into: &buffer)
        let words = log.map { printable($0.bytes) } ?? ""
        let how = end.exited ? "exit code \(end.code)" : "signal \(end.code)"
        guard let sandbox = SandboxError(explaining: words) else {
            return KernelError(.templateFailed, "the template ended (\(how)): \(words)", underlying: end.code)
        }
        return KernelError(sandbox)
    }

    // MARK: Kernels

    func startKernel(_ order: StartOrder, for handle: LocalKernel) {
        guard !isStopping, !isDone else {
            let error = KernelError(.templateFailed, "the session's kernels have been stopped")
            return order.continuation.resume(returning: .failure(error))
        }
        let message: Frame
        do throws(KernelError) {
            let limits = order.start.limits.over(configuration.kernelLimits)
            message = try StartMessage.frame(
                order.start, inputs: configuration.inputs, paths: configuration.policy.paths, limits: limits)
        } catch {
            return order.continuation.resume(returning: .failure(error))
        }
        // One that has ended is no kernel, though the template has not told yet.
        let ahead = kernels.values.filter { $0.role == order.start.role && $0.isWaiting && !$0.isOver }
        let needsData = order.start.needsData(inputs: configuration.inputs)
        guard let kernel = ahead.min(by: { $0.number < $1.number }) ?? fork(order.start.role, withData: needsData)
        else {
            let error = KernelError(.startFailed, "no descriptors are left for a kernel", underlying: errno)
            return order.continuation.resume(returning: .failure(error))
        }
        handle.assign(kernel.number)
        kernel.start(order, with: message)
        refill = .now + Self.refillPause
    }

    private static let refillPause = Duration.milliseconds(20)

    /// Forks one kernel ahead of need, if one is missing, and sees to the next.
    private func forkAhead() {
        refill = nil
        guard isReady, !isStopping, earlyDeaths < 3 else { return }
        // All have what the template imports last.
        guard isWhole else { return }
        // A session has one kernel at a time; subtasks come several at once.
        let wanted = [(KernelRole.session, min(1, configuration.forkedAhead)), (.subtask, configuration.forkedAhead)]
        for (role, wanted) in wanted {
            let there = kernels.values.count { $0.role == role && $0.isWaiting }
            guard there < wanted else { continue }
            guard fork(role) != nil else { return }
            refill = .now + Self.refillPause
            return
        }
    }

    /// Orders a kernel from the template. What is sent to it before it lives waits in its socket.
    ///
    /// With `withData` the template first imports what kernels with tables need, where it has not yet.
    private func fork(_ role: KernelRole, withData: Bool = false) -> KernelLine? {
        guard let (kernel, descriptors) = makePlace(role) else { return nil }
        let order: JSONValue = [
            "kernel": .integer(kernel.number), "role": .string(role.rawValue), "data": .bool(withData),
        ]
        send(Frame(.fork, text: order.text, descriptors: descriptors))
        return kernel
    }

    /// A kernel in the table that has no process yet, and what its process is to be given: channel, stdout, stderr.
    func makePlace(_ role: KernelRole) -> (kernel: KernelLine, descriptors: [OwnedDescriptor])? {
        var ends: [Int32] = [-1, -1]
        var out: [Int32] = [-1, -1]
        var err: [Int32] = [-1, -1]
        guard lathe_socket_pair(&ends) == 0 else { return nil }
        let channel = ends.map(OwnedDescriptor.init)
        guard lathe_output_pipe(&out) == 0 else { return nil }
        let stdout = out.map(OwnedDescriptor.init)
        guard lathe_output_pipe(&err) == 0 else { return nil }
        let stderr = err.map(OwnedDescriptor.init)
        let pipes = [OutputPipe(stream: .stdout, reader: stdout[0]), OutputPipe(stream: .stderr, reader: stderr[0])]
        let kernel = KernelLine(number: numbers.next(), role: role, channel: channel[0], pipes: pipes, line: self)
        kernels[kernel.number] = kernel
        return (kernel, [channel[1], stdout[1], stderr[1]])
    }

    /// Asks the template to take over a copy that a kernel says it has made. The template decides whether it has.
    func adopt(_ copy: KernelLine, origin: Int, process: Int) {
        let order: JSONValue = [
            "kernel": .integer(copy.number), "origin": .integer(origin), "process": .integer(process),
        ]
        send(Frame(.adopt, text: order.text))
    }

    // MARK: The loop's part

    /// Takes in what came from the descriptors that are ready, and does what is due.
    func serve(_ ready: [Watchlist.Source]) {
        guard !isDone else { return }
        for source in ready {
            switch source {
            case .log: log?.read(into: &buffer)
            case .control: takeFrames()
            case .channel(let number): kernels[number]?.serveChannel()
            case .output(let number): kernels[number]?.serveOutput()
            case .wake, .process: break
            }
        }
        let now = ContinuousClock.now
        for kernel in kernels.values { kernel.expire(now) }
        forget()
        if let deadline, deadline <= now { expire() }
        if let refill, refill <= now { forkAhead() }
        if ready.contains(.process) { finish(ended()) }
    }

    /// How long the loop's thread may wait if nothing becomes ready, in milliseconds.
    ///
    /// Never for ever: a deadline beyond the pause's end then wakes nobody when it is set.
    func pause() -> Int32 {
        rewatch()
        let now = ContinuousClock.now
        pauseEnd = min(nextDeadline ?? now + Self.longestPause, now + Self.longestPause)
        return Int32(max(((pauseEnd - now) / .milliseconds(1)).rounded(.up), 0))
    }

    /// Whether what another thread just did cannot wait until the loop's thread looks again.
    func isNeededBeforePauseEnds() -> Bool {
        rewatch()
        return isDone || nextDeadline.map { $0 < pauseEnd } ?? false
    }

    private static let longestPause = Duration.seconds(60)

    private var nextDeadline: ContinuousClock.Instant? {
        let own = [deadline, refill].compactMap(\.self).min()
        return kernels.values.reduce(into: own) { next, kernel in
            guard let deadline = kernel.deadline else { return }
            next = min(next ?? deadline, deadline)
        }
    }

    /// Brings the watchlist up to what the conversation waits for now.
    private func rewatch() {
        if let control {
            let wanted: Watchlist.Interest = control.hasOutgoing ? [.read, .write] : .read
            loop.watchlist.watch(control.socket.raw, .control, for: wanted, before: controlInterest)
            controlInterest = wanted
        }
        for kernel in kernels.values { kernel.rewatch() }
    }

    /// Whether this kernel is the only one that has something to do.
    func isAlone(_ kernel: KernelLine) -> Bool { !kernels.values.contains { $0.isAnswering && $0 !== kernel } }

    private func expire() {
        deadline = nil
        guard let process else { return }
        if !isStopping {
            let seconds = configuration.startTimeout / .seconds(1)
            ready?.resume(
                returning: .failure(KernelError(.templateFailed, "the template was not ready in \(seconds) s")))
            ready = nil
        }
        _ = lathe_pidfd_signal(process.raw, SIGKILL)
    }

    /// Drops ended kernels from the table; whoever still holds one is told that it is gone.
    private func forget() {
        for (number, kernel) in kernels where kernel.hasEnded && kernel.isForgotten { kernels[number] = nil }
    }

    // MARK: What the template says

    private func takeFrames() {
        do throws(WireError) {
            while let arrival = try control?.next() {
                switch arrival {
                case .frame(let frame): try take(frame)
                case .empty: return try flush()
                case .end: return abandon()
                }
            }
        } catch {
            abandon()
        }
    }

    private func flush() throws(WireError) { try control?.flush() }

    /// A template that cannot be spoken with any more is ended; its pidfd tells when.
    private func abandon() {
        control = nil
        if !isStopping, let process { _ = lathe_pidfd_signal(process.raw, SIGKILL) }
    }

    private func take(_ frame: Frame) throws(WireError) {
        let payload = try KernelMessages.object(frame)
        switch frame.kind {
        case .templateReady: becomeReady(isWhole: payload["packages"] != nil)
        case .forked: try forked(payload, frame.descriptors)
        case .exited: exited(payload)
        default: throw WireError(.unknownKind, "the template cannot send \(frame.kind)")
        }
    }

    private func becomeReady(isWhole: Bool) {
        self.isWhole = isWhole
        refill = .now + Self.refillPause
        guard !isReady else { return }
        isReady = true
        if !isStopping { deadline = nil }
        ready?.resume(returning: .success(()))
        ready = nil
    }

    private func forked(_ payload: JSONValue, _ descriptors: [OwnedDescriptor]) throws(WireError) {
        guard let kernel = payload["kernel"]?.integerValue.flatMap({ kernels[$0] }) else { return }
        if let problem = payload["error"]?.stringValue {
            kernel.end(.template("a kernel could not be forked: \(printable(problem.utf8))"))
        } else if let pidfd = descriptors.first {
            kernel.forked(pidfd)
        } else {
            throw WireError(.missingDescriptors, "`forked` without a pidfd")
        }
    }

    private func exited(_ payload: JSONValue) {
        guard let kernel = payload["kernel"]?.integerValue.flatMap({ kernels[$0] }) else { return }
        let wasWaiting = kernel.isWaiting
        if let code = payload["code"]?.integerValue {
            kernel.end(.exited(code))
        } else {
            kernel.end(.signal(payload["signal"]?.integerValue ?? 0))
        }
        earlyDeaths = wasWaiting ? earlyDeaths + 1 : 0
        if wasWaiting { refill = .now + Self.refillPause }
    }

    private func send(_ frame: Frame) {
        do throws(WireError) {
            try control?.send(frame)
        } catch {
            // It is gone; its pidfd tells.
        }
    }
}
