package import LatheVocabulary

/// What people answered for good, and what they called themselves.
extension ToolDatabase {
    // MARK: Answers

    package func keep(_ answer: KeptAnswer) throws(ToolError) {
        try file.writing { connection throws(JournalError) in
            let statement = try connection.statement(
                "INSERT OR REPLACE INTO kept_answer VALUES (?1, ?2, ?3, ?4, ?5)")
            try Self.bind([answer.project, answer.server, answer.tool, answer.definition], statement)
            try statement.bind(answer.time, at: 5)
            try statement.run()
        }
    }

    package func keptAnswers() throws(ToolError) -> [KeptAnswer] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                "SELECT project, server, tool, definition, time FROM kept_answer ORDER BY project, server, tool")
            var answers: [KeptAnswer] = []
            while try statement.step() {
                answers.append(
                    KeptAnswer(
                        project: statement.text(0), server: statement.text(1), tool: statement.text(2),
                        definition: statement.text(3), time: statement.double(4)))
            }
            return answers
        } ?? []
    }

    package func forgetAnswers(to server: String, tool: String?, in project: String) throws(ToolError) -> Int {
        let fitting = try keptAnswers().filter {
            $0.project == project && $0.server == server && (tool == nil || $0.tool == tool)
        }
        guard !fitting.isEmpty else { return 0 }
        try file.writing { connection throws(JournalError) in
            let statement = try connection.statement(
                "DELETE FROM kept_answer WHERE project = ?1 AND server = ?2 AND tool = ?3")
            for answer in fitting {
                try Self.bind([answer.project, answer.server, answer.tool], statement)
                try statement.run()
            }
        }
        return fitting.count
    }

    // MARK: Calls

    /// A call is known by its project, tool and time: its end replaces its beginning.
    package func keep(_ call: PersonalCall) throws(ToolError) {
        try file.writing { connection throws(JournalError) in
            let statement = try connection.statement(
                """
                INSERT INTO personal_call
                    (project, server, tool, arguments, outcome, sha256, argument_bytes, bytes, time, seconds)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                ON CONFLICT (project, server, tool, time) DO UPDATE SET
                    outcome = excluded.outcome, sha256 = excluded.sha256, bytes = excluded.bytes, seconds = excluded.seconds
                """)
            try Self.bind(
                [call.project, call.server, call.tool, call.arguments, call.outcome, call.sha256], statement)
            try statement.bind(call.argumentBytes, at: 7)
            try statement.bind(call.bytes, at: 8)
            try statement.bind(call.time, at: 9)
            try statement.bind(call.seconds, at: 10)
            try statement.run()
            let old = try connection.statement(
                "DELETE FROM personal_call WHERE number <= (SELECT max(number) FROM personal_call) - ?1")
            try old.bind(keptCalls, at: 1)
            try old.run()
        }
    }

    package func calls(in project: String, atMost count: Int) throws(ToolError) -> [PersonalCall] {
        try file.reading { connection throws(JournalError) in
            let statement = try connection.statement(
                """
                SELECT project, server, tool, arguments, outcome, sha256, argument_bytes, bytes, time, seconds
                FROM personal_call WHERE project = ?1 ORDER BY number DESC LIMIT ?2
                """)
            try statement.bind(project, at: 1)
            try statement.bind(count, at: 2)
            var calls: [PersonalCall] = []
            while try statement.step() {
                var call = PersonalCall(
                    project: statement.text(0), server: statement.text(1), tool: statement.text(2),
                    arguments: statement.text(3), argumentBytes: statement.integer(6), time: statement.double(8),
                    seconds: statement.double(9), outcome: statement.text(4))
                (call.sha256, call.bytes) = (statement.text(5), statement.integer(7))
                calls.append(call)
            }
            return calls
        } ?? []
    }
}
