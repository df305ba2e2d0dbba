package import LatheVocabulary

/// What `lathe library test` says of each capability that was run, from plain values.
package enum TestListing {
    package struct Row: Sendable, Hashable {
        package var capability: Capability
        package var report: AdmissionReport?
        /// Why it could not be read, so that nothing was run.
        package var problem: String?
        /// An agent's recorded examples.
        package var examples: [ExampleRun]

        package init(
            _ capability: Capability, report: AdmissionReport? = nil, problem: String? = nil,
            examples: [ExampleRun] = []
        ) {
            self.capability = capability
            self.report = report
            self.problem = problem
            self.examples = examples
        }

        /// True where nothing that was run failed; one without tests only imports, and runs its examples.
        package var isPassed: Bool { (report?.isAdmitted ?? false) && examples.allSatisfy(\.isSame) }
    }

    package static func lines(_ row: Row, canvas: Canvas) -> [StyledLine] {
        let mark = row.isPassed ? canvas.text("✓ ", .green) : canvas.text("✗ ", .red)
        let head = mark + canvas.text(row.capability.path, .bold) + canvas.text("  " + figures(row), .dim)
        let reasons = [row.problem].compactMap(\.self) + (row.report?.findings ?? []).map(\.reason)
        let survivors = (row.report?.mutation?.survivors ?? []).map { "not noticed: \($0)" }
        return canvas.wrap(head, indent: 2)
            + (reasons + survivors + row.examples.flatMap(told)).flatMap {
                canvas.wrap(canvas.text("  " + $0), indent: 2)
            }
    }

    private static func told(_ example: ExampleRun) -> [String] {
        let stale =
            example.isStale ? ["example \(example.name) was recorded with other instructions: record it anew"] : []
        return stale
            + ([example.problem].compactMap(\.self) + example.differences).map {
                "example \(example.name): \($0)"
            }
    }

    package static func summary(_ rows: [Row], canvas: Canvas) -> [StyledLine] {
        guard !rows.isEmpty else { return [canvas.text("nothing saved yet; there is nothing to test")] }
        let failed = rows.count { !$0.isPassed }
        let passed = "\(rows.count - failed) \(rows.count - failed == 1 ? "capability" : "capabilities")"
        return [canvas.text(failed == 0 ? "\(passed) passed" : "\(passed) passed, \(failed) failed", .bold)]
    }

    package static func json(_ rows: [Row]) -> JSONValue {
        .array(
            rows.map { row in
                [
                    "path": .string(row.capability.path), "kind": .string(row.capability.kind.rawValue),
                    "name": .string(row.capability.name), "version": .integer(row.capability.version),
                    "status": .string(row.capability.status.rawValue), "passed": .bool(row.isPassed),
                    "problem": row.problem.map(JSONValue.string) ?? .null,
                    "findings": .array((row.report?.findings ?? []).map(ReportListing.json)),
                    "tests": row.report?.tests.map(ReportListing.json) ?? .null,
                    "mutation": row.report?.mutation.map(ReportListing.json) ?? .null,
                    "examples": .array(row.examples.map(ReportListing.json)),
                ]
            })
    }

    private static func figures(_ row: Row) -> String {
        var parts: [String] = []
        if let tests = row.report?.tests {
            parts.append("\(tests.passed) passed, \(tests.failures.count) failed")
            parts.append("\(Int((tests.seconds * 1000).rounded())) ms")
        } else if row.report != nil {
            parts.append("no tests")
        }
        if !row.examples.isEmpty {
            parts.append(
                "\(row.examples.count { $0.isSame }) of \(Figure.count(row.examples.count, "example")) as recorded")
        }
        if let mutation = row.report?.mutation {
            parts.append("\(mutation.noticed) of \(mutation.mutants) changes noticed")
        }
        return parts.joined(separator: " · ")
    }
}
