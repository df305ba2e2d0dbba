internal import LatheLibrary
internal import LatheScreens
internal import LatheVocabulary

/// One person going through what waits. Each decision is carried out at once and stays, however the run ends.
struct ReviewRun {
    let library: SourceLibrary
    let asking: any ReviewAsking
    let editor: Editor?
    let interrupts: Interrupts
    let reviewer: String
    /// Oldest first.
    let queue: [Capability]

    private(set) var decided: [(what: String, capability: Capability)] = []
    private(set) var wasInterrupted = false
    /// What could not be shown, and why.
    private(set) var missed: [String] = []

    private var place = 0
    /// Places of the queue that nobody is asked about any more.
    private var done: Set<Int> = []
    private var drafts: [Int: ReviewDraft] = [:]
    private var notice: String?

    init(
        _ queue: [Capability], library: SourceLibrary, asking: any ReviewAsking, editor: Editor?,
        interrupts: Interrupts, reviewer: String
    ) {
        self.queue = queue
        self.library = library
        self.asking = asking
        self.editor = editor
        self.interrupts = interrupts
        self.reviewer = reviewer
    }

    /// Edits that were neither admitted nor given up, with where they are.
    var kept: [String] {
        drafts.sorted { $0.key < $1.key }.map { place, draft in
            "your edit of \(queue[place].kind.rawValue) \(queue[place].name) was not admitted; it is kept in \(draft.folder)"
        }
    }

    /// Asks until all is decided or skipped, or the person ends it.
    mutating func run() async {
        let asking = asking
        interrupts.whileIdle { asking.interrupt() }
        while place < queue.count {
            guard let item = await current() else { continue }
            let question = ReviewQuestion(
                item: item, number: place + 1, count: queue.count, notice: notice, draft: drafts[place]?.folder)
            notice = nil
            switch await asking.ask(question) {
            case .approve: await decide(.approve, item, "approved")
            case .askForChanges(let note): await decide(.askForChanges(note: note), item, "asked for changes of")
            case .reject(let reason): await decide(.reject(reason: reason), item, "rejected")
            case .edit: await edit(item)
            case .drop: drop("your edit is gone: this is what waits")
            case .skip: next()
            case .back: back()
            case .quit: place = queue.count
            case .interrupted:
                wasInterrupted = true
                place = queue.count
            }
        }
        asking.leave()
    }

    /// What is asked about now, as it lies in the library at this moment; nil where that is gone or cannot be read.
    private mutating func current() async -> ReviewItem? {
        let capability = queue[place]
        do throws(LibraryError) {
            return try await library.item(capability.kind, named: capability.name, capability.shelf)
        } catch {
            let why = error.code == .notFound ? "it is gone: somebody else decided about it" : error.reason
            missed.append("\(capability.path): \(why)")
            notice = missed.last
            done.insert(place)
            next()
            return nil
        }
    }

    // MARK: The way through the queue

    private mutating func next() {
        place = (place + 1..<max(queue.count, place + 1)).first { !done.contains($0) } ?? queue.count
    }

    private mutating func back() {
        guard let before = (0..<place).last(where: { !done.contains($0) }) else {
            notice = "there is none before it that is not decided"
            return
        }
        place = before
    }

    // MARK: Answers

    private mutating func decide(_ decision: CapabilityDecision, _ item: ReviewItem, _ what: String) async {
        let (library, reviewer) = (library, reviewer)
        let capability = item.capability
        let result: Result<Capability, LibraryError> = await interrupts.guarding {
            do throws(LibraryError) {
                return .success(
                    try await library.decide(
                        decision, capability.kind, named: capability.name, by: reviewer, shown: item.shown))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let after):
            decided.append((what, after))
            done.insert(place)
            drafts.removeValue(forKey: place)?.remove()
            next()
        case .failure(let error): notice = await reason(error, item)
        }
    }

    /// What went wrong, for the person who is asked again.
    private func reason(_ error: LibraryError, _ item: ReviewItem) async -> String {
        if interrupts.wasInterrupted { return "stopped while it was examined: nothing was decided" }
        let capability = item.capability
        let now = try? await library.item(capability.kind, named: capability.name, capability.shelf)
        guard let now, now.shown != item.shown else { return error.reason }
        return "it changed while you looked at it; here it is as it is now. Nothing was decided"
    }

    private mutating func edit(_ item: ReviewItem) async {
        guard item.capability.shelf == .proposed else {
            notice = "it is an approved file: edit \(library.path(of: item.capability)) itself, then look again"
            return
        }
        guard let editor else {
            notice = "no editor is named: set VISUAL or EDITOR, as in EDITOR=nano lathe review"
            return
        }
        do {
            let before = try await fixtures(of: item)
            let draft = try drafts[place] ?? ReviewDraft(item, fixtures: before)
            drafts[place] = draft
            asking.leave()
            // Ctrl-C is the editor's own while it runs.
            interrupts.whileIdle {}
            let asking = asking
            defer { interrupts.whileIdle { asking.interrupt() } }
            try await editor.open(draft.files(before))
            await take(try draft.texts(), item, before)
        } catch {
            await dropIfUnchanged(item)
            notice = "\(CommandFailure.reason(of: error)); nothing was taken from it"
        }
    }

    /// The files that its tests read, as they lie in the library.
    private func fixtures(of item: ReviewItem) async throws(LibraryError) -> [String: [UInt8]] {
        let capability = item.capability
        return try await library.document(capability.kind, named: capability.name, capability.shelf).fixtures
    }

    private mutating func take(
        _ texts: ReviewDraft.Texts, _ item: ReviewItem, _ before: [String: [UInt8]]
    ) async {
        guard !texts.source.allSatisfy(\.isWhitespace) else {
            return drop("the source was left empty, so nothing was changed; r rejects it")
        }
        guard texts != ReviewDraft.Texts(source: item.body, tests: item.tests, fixtures: before) else {
            return drop("the editor left everything as it was")
        }
        let (library, reviewer, capability) = (library, reviewer, item.capability)
        let result: Result<Capability, LibraryError> = await interrupts.guarding {
            do throws(LibraryError) {
                return .success(
                    try await library.edit(
                        capability.kind, named: capability.name, source: texts.source, tests: texts.tests,
                        fixtures: texts.fixtures, shown: item.shown, by: reviewer))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success: drop("admitted: your edit is what waits now. Approve it, or edit on")
        case .failure(let error): notice = await reason(error, item)
        }
    }

    /// Forgets the edit, whose content is somewhere else or is not wanted.
    private mutating func drop(_ why: String) {
        drafts.removeValue(forKey: place)?.remove()
        notice = why
    }

    private mutating func dropIfUnchanged(_ item: ReviewItem) async {
        guard let texts = try? drafts[place]?.texts(), let before = try? await fixtures(of: item),
            texts == ReviewDraft.Texts(source: item.body, tests: item.tests, fixtures: before)
        else { return }
        drafts.removeValue(forKey: place)?.remove()
    }
}
