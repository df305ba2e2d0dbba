private import Foundation
private import Synchronization

/// The one thread that speaks with a template and all its kernels. It waits in poll(2), never in a lock.
///
/// Work comes to it as closures, in the order in which they are submitted; all state of the conversation is a
/// `TemplateLine` that no other thread ever sees.
final class HostLoop: Sendable {
    typealias Work = @Sendable (TemplateLine) -> Void

    private struct Mailbox {
        var work: [Work] = []
        var isClosed = false
    }

    private let mailbox = Mutex(Mailbox())
    private let wake: WakePipe

    init() throws(KernelHostFailure) { wake = try WakePipe() }

    /// Starts the thread. `make` runs on it; the thread ends once the line says that it is done.
    func start(_ make: @escaping @Sendable () -> TemplateLine) {
        let thread = Thread { self.run(make()) }
        thread.name = "lathe-kernels"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Hands work to the thread; false where the conversation is over, and then `work` never runs.
    func submit(_ work: @escaping Work) -> Bool {
        let isOpen = mailbox.withLock { mailbox in
            if !mailbox.isClosed { mailbox.work.append(work) }
            return !mailbox.isClosed
        }
        if isOpen { wake.signal() }
        return isOpen
    }

    private func run(_ line: TemplateLine) {
        line.open()
        while true {
            if !line.isDone { line.wait(wake: wake.descriptor) }
            if line.isReady(wake.descriptor) { wake.drain() }
            takeWork(line)
            line.serve()
            // Closing and finding the mailbox empty is one step, so that no submitted work is lost.
            if line.isDone, close() { return }
        }
    }

    private func takeWork(_ line: TemplateLine) {
        let work = mailbox.withLock { mailbox in
            defer { mailbox.work = [] }
            return mailbox.work
        }
        for one in work { one(line) }
    }

    private func close() -> Bool {
        mailbox.withLock { mailbox in
            guard mailbox.work.isEmpty else { return false }
            mailbox.isClosed = true
            return true
        }
    }
}
