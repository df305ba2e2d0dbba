private import Foundation
private import Synchronization

/// The conversation with a template and all its kernels, and the thread that waits for what they say.
///
/// Work comes as closures and is done in the order in which it is submitted, by whoever holds the conversation: the
/// submitting thread itself where nobody does, else the holder, before it lets go. So a cell goes to its kernel without
/// waking another thread. All state is a `TemplateLine` that one thread at a time sees; submitting never waits.
final class HostLoop: Sendable {
    typealias Work = @Sendable (TemplateLine) -> Void

    private struct Mailbox {
        var work: [Work] = []
        var isClosed = false
    }

    let watchlist: Watchlist
    private let mailbox = Mutex(Mailbox())
    private let conversation = Mutex<TemplateLine?>(nil)
    /// The thread that holds the conversation: what it submits meanwhile waits for its own return.
    private let holder = Atomic<UInt>(0)
    private let wake: WakePipe

    init() throws(KernelHostFailure) {
        wake = try WakePipe()
        watchlist = try Watchlist()
        watchlist.watch(wake.descriptor, .wake, for: .read, before: nil)
    }

    /// Starts the thread. `make` runs on it; the thread ends once the line says that it is done.
    func start(_ make: @escaping @Sendable () -> TemplateLine) {
        let thread = Thread {
            self.conversation.withLock { $0 = make() }
            self.run()
        }
        thread.name = "lathe-kernels"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Hands in work; false where the conversation is over, and then `work` never runs.
    func submit(_ work: @escaping Work) -> Bool {
        let isOpen = mailbox.withLock { mailbox in
            if !mailbox.isClosed { mailbox.work.append(work) }
            return !mailbox.isClosed
        }
        if isOpen { attend() }
        return isOpen
    }

    private func run() {
        var ready: [Watchlist.Source] = []
        hold { $0.open() }
        while true {
            let pause = hold { line in
                line.serve(ready)
                self.takeWork(line)
                return line.isDone ? nil : line.pause()
            }
            guard let pause else {
                // Closing and finding the mailbox empty is one step, so that no submitted work is lost.
                if close() { return conversation.withLock { $0 = nil } }
                ready = []
                continue
            }
            attend()
            ready = watchlist.wait(milliseconds: pause)
            if ready.contains(.wake) { wake.drain() }
        }
    }

    /// Does what was submitted, unless somebody holds the conversation, who then does it before letting go or right after.
    private func attend() {
        guard holder.load(ordering: .relaxed) != Self.thread else { return }
        while mailbox.withLock({ !$0.work.isEmpty }) {
            let done: Bool? = conversation.withLockIfAvailable { line in
                guard let line else { return false }
                holder.store(Self.thread, ordering: .relaxed)
                defer { holder.store(0, ordering: .relaxed) }
                takeWork(line)
                if line.isNeededBeforePauseEnds() { wake.signal() }
                return true
            }
            guard done == true else { return }
        }
    }

    /// For the loop's own thread: waits for the conversation.
    private func hold<Result: Sendable>(_ body: (TemplateLine) -> Result?) -> Result? {
        conversation.withLock { line in
            guard let line else { return nil }
            holder.store(Self.thread, ordering: .relaxed)
            defer { holder.store(0, ordering: .relaxed) }
            return body(line)
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

    private static var thread: UInt { UInt(pthread_self()) }
}
