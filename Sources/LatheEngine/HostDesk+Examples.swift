internal import Foundation
internal import LatheVocabulary

/// Runs of an agent that its session really made, as the journal has them.
extension HostDesk {
    private static let (mostRuns, mostExamples, dataCharacters) = (8, 3, 64 << 10)

    /// What of the runs that a call names can become examples, and what is left out, and why.
    ///
    /// Of the kernel are the copies of the slices, as text and files; replies, results and what the agent was told are the
    /// journal's.
    func examples(_ arguments: HostArguments) async throws(HostRefusal) -> (kept: [AgentExample], leftOut: [String]) {
        guard let runs = arguments.present("runs") else { return ([], []) }
        guard let items = runs.arrayValue, items.count <= Self.mostRuns else {
            throw HostRefusal("limit", "\(arguments.call): runs are at most \(Self.mostRuns)")
        }
        let events = try await runEvents()
        var kept: [AgentExample] = []
        var leftOut: [String] = []
        for item in items {
            guard let id = item["subtask"]?.integerValue else {
                throw HostRefusal("invalid_arguments", "\(arguments.call): a run names its subtask by a number")
            }
            guard kept.count < Self.mostExamples else {
                leftOut.append("subtask \(id): \(Self.mostExamples) are kept as examples")
                continue
            }
            let (data, files) = try slice(item, arguments.call)
            do throws(AgentRecording.Unfit) {
                let example = try example(of: id, data, files, in: events)
                // What ran twice on the same is one example.
                if kept.contains(where: { $0.task == example.task && $0.data == data && $0.files == files }) {
                    leftOut.append("subtask \(id): like another one")
                } else {
                    kept.append(example)
                }
            } catch {
                leftOut.append("subtask \(id): \(error.reason)")
            }
        }
        return (kept, leftOut)
    }

    private func example(
        of id: Int, _ data: String?, _ files: [String: [UInt8]], in events: [Event]
    ) throws(AgentRecording.Unfit) -> AgentExample {
        var (started, outcome): (SubtaskStarted?, SubtaskOutcome?) = (nil, nil)
        for event in events {
            if case .subtaskStarted(let one) = event.body, one.id == id { started = one }
            if case .subtaskFinished(let one) = event.body, one.id == id { outcome = one }
        }
        guard let started, let outcome, started.place.parent == place else {
            throw AgentRecording.Unfit(reason: "it has not ended")
        }
        var example = AgentExample(
            name: "", label: started.label, task: started.task, data: data, files: files,
            returns: started.agent.returns)
        example.instructions = started.agent.instructions
        example.recording = try AgentRecording(
            of: outcome, model: started.model, session: services.session, in: events)
        return example
    }

    private func runEvents() async throws(HostRefusal) -> [Event] {
        do throws(JournalError) {
            return try await services.log.events(
                after: 0, of: AgentRecording.kinds.union([.subtaskStarted, .subtaskFinished]))
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    private func slice(
        _ item: JSONValue, _ call: String
    ) throws(HostRefusal) -> (data: String?, files: [String: [UInt8]]) {
        let wrong = HostRefusal("invalid_arguments", "\(call): a run's data is a text, with files as base64 by name")
        var files: [String: [UInt8]] = [:]
        for (name, content) in item["files"]?.objectValue ?? [:] {
            guard let text = content.stringValue, text.utf8.count <= 2 * Self.dataCharacters, files.count < 4,
                let bytes = Data(base64Encoded: text)
            else { throw wrong }
            files[name.singleLine(upTo: 60)] = [UInt8](bytes)
        }
        guard let data = item["data"], data != .null else { return (nil, files) }
        guard let text = data.stringValue, text.isWithin(Self.dataCharacters) else { throw wrong }
        return (text, files)
    }
}
