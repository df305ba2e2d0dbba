/// What the task ledger holds, of notes, messages, results and memory.
extension Ledger {
    mutating func takeEntry(_ event: Event) {
        switch event.body {
        case .ledgerNoted(let noted): take(noted, event)
        case .messageSent(let message): take(message, event)
        case .recalled(let recalled):
            let lines = (recalled.text ?? "").split(whereSeparator: \.isNewline)
            for line in lines where line.hasPrefix("- ") { add(.given, .memory, String(line.dropFirst(2)), event) }
        case .remembered(let remembered): add(.fact, .memory, remembered.text, event)
        case .rolledBack(let back): undo(Set(back.undone), at: event.place)
        default: break
        }
    }

    /// Marks what undone cells noted, and opens again what that settled.
    private mutating func undo(_ cells: Set<Int>, at place: Place) {
        var undone: Set<String> = []
        for index in entries.indices where entries[index].place == place {
            guard case .note(let number, let cell) = entries[index].source, cells.contains(cell) else { continue }
            entries[index].isUndone = true
            undone.insert(LedgerEntry.name(of: number, at: place))
        }
        guard !undone.isEmpty else { return }
        for index in entries.indices { entries[index].settlements.removeAll { undone.contains($0.by) } }
    }

    private mutating func take(_ noted: LedgerNoted, _ event: Event) {
        let place = event.place
        newestNotes[place] = max(newestNotes[place] ?? 0, noted.note)
        notesInTask[place, default: 0] += 1
        let kind: LedgerEntry.Kind =
            switch noted.kind {
            case .fact: .fact
            case .guess: .guess
            case .question: .question
            }
        add(kind, .note(noted.note, cell: noted.cell), noted.text, event)
        guard let settles = noted.settles, let verdict = noted.verdict else { return }
        let name = LedgerEntry.name(of: noted.note, at: place)
        settle(settles, LedgerEntry.Settlement(verdict: verdict, by: name), within: place)
    }

    private mutating func take(_ message: AgentMessage, _ event: Event) {
        let words = message.text.isEmpty ? message.value?.text ?? "" : message.text
        let source = LedgerEntry.Source.message(message.id)
        switch message.kind {
        case _ where message.from == .user: add(.given, source, words, event, to: message.to)
        case .discovery, .decision: add(.fact, source, words, event, to: message.to)
        case .need, .request: add(.question, source, words, event, to: message.to)
        case .reply:
            guard let asked = message.replyTo else { return }
            let settlement = LedgerEntry.Settlement(verdict: .answers, by: message.id)
            settle(asked, settlement, within: .coordinator)
        case .note: break
        }
    }

    mutating func addResult(_ outcome: SubtaskOutcome, _ event: Event) {
        guard outcome.status == .complete, let value = outcome.value else { return }
        let text = value.stringValue ?? value.text
        add(.fact, .subtask(outcome.id), "\(outcome.label): \(text)", event)
    }

    private mutating func add(
        _ kind: LedgerEntry.Kind, _ source: LedgerEntry.Source, _ text: String, _ event: Event, to: [Place] = []
    ) {
        let cap = if case .note = source { LedgerLimits.noteCharacters } else { LedgerLimits.quotedCharacters }
        var entry = LedgerEntry(
            kind: kind, text: String(text.prefix(cap)), place: event.place, source: source, task: task,
            sequence: event.sequence)
        entry.cut = max(text.count - cap, 0)
        entry.to = to
        entry.isOfOthers = hasReadOthers(event.place)
        entries.append(entry)
        guard entries.count > LedgerLimits.entries else { return }
        entries.remove(at: entries.firstIndex { !$0.isNote } ?? 0)
        dropped += 1
    }

    private mutating func settle(_ name: String, _ settlement: LedgerEntry.Settlement, within place: Place) {
        for index in entries.indices.reversed() where entries[index].name == name {
            guard entries[index].place.isWithin(place) || entries[index].to.contains(place) else { continue }
            entries[index].settlements.append(settlement)
            return
        }
    }
}

extension LedgerEntry {
    fileprivate var isNote: Bool { if case .note = source { true } else { false } }
}
