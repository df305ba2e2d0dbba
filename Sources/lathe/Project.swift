internal import Foundation
internal import LatheEngine
internal import LatheLibrary
internal import LatheProviders
internal import LatheStore
internal import LatheTelemetry
internal import LatheVocabulary

/// The user's folder with `lathe.json`, sessions and library, and what is configured for it.
struct Project: Sendable {
    let folder: String
    let models: ModelConfiguration
    let limits: EngineLimits
    let kernelLimits: KernelLimits
    /// The folder of the library.
    let library: String
    let librarySettings: LibrarySettings
    let telemetry: TelemetrySettings
    let memory: MemorySettings
    /// Whether models are told what AGENTS.md says.
    let tellsInstructions: Bool
    /// Which tools code may call without asking.
    let toolRules: ToolRules
    /// What the user's own file and the project's say of that.
    let toolSettings: (user: ToolSettings, project: ToolSettings)

    var sessions: String { folder + "/.lathe/sessions" }

    /// The library's files with its journal and its index.
    func openLibrary(
        _ installation: Installation, examiner: (any CapabilityExaminer)? = nil, meaning: MeaningProcess? = nil
    ) -> SourceLibrary {
        let meaning = meaning ?? installation.meaning
        return SourceLibrary(
            folder: library, python: installation.interpreter, reader: installation.python + "/lathe_library",
            examiner: examiner, journal: LibraryDatabase(folder: folder + "/.lathe"),
            trust: librarySettings.trust ?? .pins,
            proposals: librarySettings.proposals ?? .session,
            demotion: (librarySettings.demotion ?? .by(DemotionRule())).rule,
            search: CapabilitySearch(
                index: LibraryIndex(path: folder + "/.lathe/library-index.db"), meaning: meaning),
            tools: toolSearch(meaning),
            builtIns: installation.python + "/lathe_builtins", agents: agentSearch(meaning),
            health: (librarySettings.health ?? .by(HealthRule())).rule)
    }

    /// Agents are few, and change with their health: they are searched in memory.
    private func agentSearch(_ meaning: MeaningProcess) -> CapabilitySearch {
        CapabilitySearch(index: LibraryIndex(inMemoryOf: "agents"), meaning: meaning, what: "agents are", atOnce: 400)
    }

    /// The agents that come with lathe, as a library of their own.
    func openBuiltIns(_ installation: Installation) -> SourceLibrary {
        SourceLibrary(
            folder: installation.python + "/lathe_builtins", python: installation.interpreter,
            reader: installation.python + "/lathe_library", trust: .files, demotion: nil)
    }

    /// What is compared of the library's capabilities, by their hashes; made anew where it is lost.
    var likenessFile: String { folder + "/.lathe/library-likeness.db.json" }

    /// Reads what is proposed for the library, and runs it in kernels of `placement`.
    func examiner(_ installation: Installation, in placement: any KernelPlacement) -> KernelExaminer {
        KernelExaminer(
            folder: library, python: installation.interpreter, reader: installation.python + "/lathe_library",
            kept: likenessFile
        ) { () throws(LibraryError) in placement }
    }

    /// The same, which also replays an agent's recorded examples, in kernels of their own.
    func replaying(_ examiner: any CapabilityExaminer, _ installation: Installation) -> ReplayingExaminer {
        ReplayingExaminer(
            examiner: examiner, stage: ExampleStage(project: self, installation: installation),
            library: openLibrary(installation))
    }

    /// Finds the project: the folder given, else the nearest one above the working directory with a `lathe.json`, else the working
    /// directory. The user's own configuration lies below the project's.
    static func find(_ given: String?, environment: [String: String]) throws(CommandFailure) -> Project {
        let folder = try folder(given)
        let config = environment["XDG_CONFIG_HOME"] ?? (environment["HOME"] ?? "/root") + "/.config"
        let user = try ProjectFile(path: config + "/lathe/lathe.json")
        let own = try ProjectFile(path: folder + "/lathe.json")
        let settings = own.library.over(user.library)
        let library = settings.folder ?? "generated-capabilities"
        var limits = try own.limits(over: user.limits(over: EngineLimits()))
        limits.handoff = user.handoff.tightened(by: own.handoff)
        limits.plans = user.plan.rules(with: own.plan)
        limits.stalls = own.stall.over(user.stall.over(limits.stalls))
        limits.contextEdits = own.contexts.rules(over: user.contexts)
        limits.specialists = user.specialists.tightened(by: own.specialists)
        return Project(
            folder: folder, models: user.models.overlaid(by: own.models),
            limits: limits,
            kernelLimits: own.kernelLimits.over(user.kernelLimits),
            library: library.hasPrefix("/") ? library : folder + "/" + library, librarySettings: settings,
            telemetry: own.telemetry.over(user.telemetry).over(environment: environment),
            memory: own.memory.over(user.memory),
            tellsInstructions: own.tellsInstructions ?? user.tellsInstructions ?? true,
            toolRules: user.tools.tightened(by: own.tools), toolSettings: (user.tools, own.tools))
    }

    private static func folder(_ given: String?) throws(CommandFailure) -> String {
        let start = URL(fileURLWithPath: given ?? FileManager.default.currentDirectoryPath).standardizedFileURL
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: start.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(
                "--project \(start.path): there is no such folder. Make it, or name another.", exitCode: 2)
        }
        if given != nil { return start.path }
        var candidate = start
        while candidate.path != "/" {
            if FileManager.default.fileExists(atPath: candidate.path + "/lathe.json") { return candidate.path }
            candidate = candidate.deletingLastPathComponent()
        }
        return start.path
    }
}

/// One `lathe.json`. An absent file is an empty one.
struct ProjectFile: Sendable {
    let models: ModelConfiguration
    let library: LibrarySettings
    let kernelLimits: KernelLimits
    let budget: BudgetLimits
    let telemetry: TelemetrySettings
    let memory: MemorySettings
    let tellsInstructions: Bool?
    let tools: ToolSettings
    let handoff: HandoffSettings
    let plan: PlanSettings
    let stall: StallSettings
    let contexts: ContextSettings
    let specialists: SpecialistSettings
    private let limitValues: [String: JSONValue]
    private let path: String

    private static let limitNames = [
        "coordinatorTurns", "subtaskTurns", "parallelSubtasks", "parallelCalls", "openCalls", "maxOutputTokens",
        "messages", "messagesPerAgent", "messageBytes",
    ]

    init(path: String) throws(CommandFailure) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            (models, limitValues) = (ModelConfiguration(), [:])
            library = try LibrarySettings(nil, path)
            (kernelLimits, budget, telemetry) = (KernelLimits(), BudgetLimits(), TelemetrySettings())
            (memory, tellsInstructions) = (MemorySettings(), nil)
            tools = try ToolSettings(nil, path)
            handoff = try HandoffSettings(nil, path)
            plan = try PlanSettings(nil, path)
            stall = try StallSettings(nil, path)
            (contexts, specialists) = (try ContextSettings(nil, path), try SpecialistSettings(nil, path))
            return
        }
        let members = try Self.members(of: data, path)
        let known =
            ModelConfiguration.keys + [
                "limits", "budget", "library", "telemetry", "memory", "instructions", "tools", "handoff", "plan",
                "stall",
                "contexts", "specialists",
            ]
        for key in members.keys.sorted() where !known.contains(key) {
            throw CommandFailure(
                "\(path): '\(key)' is not a setting. Known are \(known.joined(separator: ", ")).", exitCode: 2)
        }
        do throws(ModelSetupError) {
            models = try ModelConfiguration(
                parsing: .object(members.filter { ModelConfiguration.keys.contains($0.key) }))
        } catch {
            throw CommandFailure("\(path): \(error.reason)", exitCode: 2)
        }
        library = try LibrarySettings(members["library"], path)
        memory = try MemorySettings(members["memory"], path)
        tools = try ToolSettings(members["tools"], path)
        handoff = try HandoffSettings(members["handoff"], path)
        plan = try PlanSettings(members["plan"], path)
        stall = try StallSettings(members["stall"], path)
        contexts = try ContextSettings(members["contexts"], path)
        specialists = try SpecialistSettings(members["specialists"], path)
        tellsInstructions = try Self.flag(members["instructions"], "instructions", path)
        do throws(LimitProblem) {
            budget =
                try members["budget"].map { value throws(LimitProblem) in try BudgetLimits(value) } ?? BudgetLimits()
        } catch {
            throw CommandFailure("\(path): budget: \(error.reason).", exitCode: 2)
        }
        do throws(TelemetryProblem) {
            telemetry =
                try members["telemetry"].map { value throws(TelemetryProblem) in try TelemetrySettings(value) }
                ?? TelemetrySettings()
        } catch {
            throw CommandFailure("\(path): telemetry: \(error.reason).", exitCode: 2)
        }
        let limits = members["limits"]?.objectValue ?? [:]
        do throws(LimitProblem) {
            kernelLimits =
                try limits["kernel"].map { value throws(LimitProblem) in try KernelLimits(value, for: .user) }
                ?? KernelLimits()
        } catch {
            throw CommandFailure("\(path): limits.kernel: \(error.reason).", exitCode: 2)
        }
        limitValues = limits.filter { $0.key != "kernel" }
    }

    private static func flag(_ value: JSONValue?, _ name: String, _ path: String) throws(CommandFailure) -> Bool? {
        guard let value else { return nil }
        guard case .bool(let flag) = value else {
            throw CommandFailure("\(path): \(name) must be true or false.", exitCode: 2)
        }
        return flag
    }

    private static func members(of data: Data, _ path: String) throws(CommandFailure) -> [String: JSONValue] {
        do throws(JSONError) {
            let value = try JSONValue(parsing: Array(data), limits: JSONLimits(bytes: 1 << 20))
            if let members = value.objectValue { return members }
        } catch {
            throw CommandFailure("\(path) is not JSON: \(error.reason), at byte \(error.offset).", exitCode: 2)
        }
        throw CommandFailure("\(path) must hold one JSON object.", exitCode: 2)
    }

    /// The engine's limits with what this file says.
    func limits(over base: EngineLimits) throws(CommandFailure) -> EngineLimits {
        var limits = base
        limits.budget = budget.over(base.budget)
        for (name, value) in limitValues.sorted(by: { $0.key < $1.key }) {
            guard Self.limitNames.contains(name) else {
                throw CommandFailure(
                    "\(path): limits has no '\(name)'. Known are \(Self.limitNames.joined(separator: ", ")), kernel.",
                    exitCode: 2)
            }
            guard let number = value.integerValue, (1...1_000_000).contains(number) else {
                throw CommandFailure("\(path): limits.\(name) must be a whole number above 0.", exitCode: 2)
            }
            switch name {
            case "coordinatorTurns": limits.coordinatorTurns = number
            case "subtaskTurns": limits.subtaskTurns = number
            case "parallelSubtasks": limits.parallelSubtasks = number
            case "parallelCalls": limits.parallelCalls = number
            case "openCalls": limits.openCalls = number
            case "messages": limits.messages.perRun = number
            case "messagesPerAgent": limits.messages.perAgent = number
            case "messageBytes": limits.messages.bytes = number
            default: limits.maxOutputTokens = number
            }
        }
        return limits
    }
}
