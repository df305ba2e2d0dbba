internal import LatheVocabulary

extension SessionSummary {
    /// Reads what the journal says: counts by index, and the few events that carry figures.
    mutating func fold(_ connection: SQLiteConnection) throws(JournalError) {
        let span = try connection.statement(
            "SELECT created, (SELECT max(time) FROM event) FROM session")
        if try span.step() {
            created = span.double(0)
            lastActive = span.isNull(1) ? created : span.double(1)
        }
        let counts = try connection.statement("SELECT kind, count(*) FROM event GROUP BY kind")
        while try counts.step() { count(counts.integer(1), of: counts.text(0)) }
        try foldTasks(connection)
        try foldTurns(connection)
        artifacts = try Self.artifacts(connection)
    }

    private mutating func count(_ number: Int, of kind: String) {
        switch EventBody.Kind(rawValue: kind) {
        case .turnFinished: turns = number
        case .cellFinished: cells = number
        case .subtaskStarted: subtasks = number
        default: break
        }
    }

    private mutating func foldTasks(_ connection: SQLiteConnection) throws(JournalError) {
        tasks =
            try connection.integer(
                "SELECT count(*) FROM event WHERE kind = 'task_submitted' AND place = 'coordinator'") ?? 0
        let first = try connection.row("kind = 'task_submitted' ORDER BY sequence LIMIT 1")
        if case .taskSubmitted(let submitted) = try first?.event().body { firstTask = submitted.task }
        switch try connection.newestTask()?.event().body {
        case .taskSubmitted:
            isUnfinished = holder == nil
            lastStatus = holder == nil ? .incomplete : .running
        case .taskFinished(let outcome): lastStatus = outcome.status
        default: lastStatus = nil
        }
    }

    private mutating func foldTurns(_ connection: SQLiteConnection) throws(JournalError) {
        for event in try connection.rows(after: 0, of: [.turnFinished]).events() {
            guard case .turnFinished(let turn) = event.body, !turn.isReplayed else { continue }
            usage = usage + turn.reply.usage
            cost = cost + turn.reply.cost
        }
    }

    private static func artifacts(_ connection: SQLiteConnection) throws(JournalError) -> Int {
        try connection.integer(
            "SELECT coalesce(sum(json_array_length(data, '$.artifacts')), 0) FROM event WHERE kind = 'cell_finished'")
            ?? 0
    }
}

extension SQLiteConnection {
    /// The newest beginning or end of a task of the coordinator's.
    func newestTask() throws(JournalError) -> JournalRow? {
        try row("kind IN ('task_submitted', 'task_finished') AND place = 'coordinator' ORDER BY sequence DESC LIMIT 1")
    }

    /// The newest result of a cell at a place.
    func result(of cell: Int, at place: Place) throws(JournalError) -> CellResult? {
        let statement = try statement(
            """
            SELECT sequence, time, place, kind, data FROM event
            WHERE kind = 'cell_finished' AND place = ?1 AND json_extract(data, '$.number') = ?2
            ORDER BY sequence DESC LIMIT 1
            """)
        try statement.bind(place.description, at: 1)
        try statement.bind(cell, at: 2)
        guard try statement.step(), case .cellFinished(let result) = try statement.row().event().body else {
            return nil
        }
        return result
    }

    /// The first row that fits; `condition` is SQL of ours.
    fileprivate func row(_ condition: String) throws(JournalError) -> JournalRow? {
        let statement = try statement("SELECT sequence, time, place, kind, data FROM event WHERE \(condition)")
        guard try statement.step() else { return nil }
        return statement.row()
    }
}
