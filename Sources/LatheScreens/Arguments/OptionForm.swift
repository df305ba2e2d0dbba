/// One option of the table: how it is written and what help says of it.
struct OptionForm: Sendable, Hashable {
    enum Occurrence: Sendable, Hashable { case once, repeated }

    /// With its dashes, such as `--data`.
    var name: String
    var short: String?
    /// What the value is called in help; nil for a flag.
    var value: String?
    var occurrence: Occurrence = .once
    var summary: String

    static let data = OptionForm(
        name: "--data", short: "-d", value: "[NAME=]PATH", occurrence: .repeated,
        summary: "a file or folder to work on, read-only; may be repeated")
    static let session = OptionForm(
        name: "--session", short: "-s", value: "NAME", summary: "go on with this session, or begin it under this name")
    static let model = OptionForm(
        name: "--model", short: "-m", value: "MODEL",
        summary: "anthropic:NAME, openai:NAME, local:NAME@URL or embedded")
    static let roundtable = OptionForm(
        name: "--roundtable", summary: "begin with opposed experts who examine the question, the data and each other")
    static let reviewPlan = OptionForm(
        name: "--review-plan", summary: "show each plan before anything of it begins: accept, edit or decline it")
    static let json = OptionForm(name: "--json", summary: "one JSON value a line, for programs")
    static let quiet = OptionForm(name: "--quiet", short: "-q", summary: "only the answer")
    static let yes = OptionForm(name: "--yes", short: "-y", summary: "do not ask before downloading or deleting")
    static let project = OptionForm(
        name: "--project", value: "DIR", summary: "the project's folder, instead of looking from here upward")
    static let maxTurns = OptionForm(
        name: "--max-turns", value: "N", summary: "turns the coordinator may take, 1 to 1000")
    static let limit = OptionForm(
        name: "--limit", value: "NAME=VALUE", occurrence: .repeated,
        summary: "what a kernel may use, such as memory=8GB or cell=10min; may be repeated; lathe doctor shows all")
    static let budgetTokens = OptionForm(
        name: "--budget-tokens", value: "N",
        summary: "tokens that a task and its subtasks may use, such as 200k; none are used before they are reserved")
    static let budgetUSD = OptionForm(
        name: "--budget-usd", value: "DOLLARS", summary: "what a task and its subtasks may cost, such as 1.50")
    static let timeLimit = OptionForm(
        name: "--time-limit", value: "TIME", summary: "how long a task may take, such as 90s, 10min or 2h")
    static let sandbox = OptionForm(
        name: "--sandbox", value: "none",
        summary: "none: this once, run code without the sandbox, with your rights")
    static let noMemory = OptionForm(
        name: "--no-memory", summary: "recall nothing of earlier sessions, and remember nothing for later ones")
    static let to = OptionForm(
        name: "--to", value: "FORM",
        summary: "notebook, markdown, otlp or jsonl; without it, as --output ends, else notebook")
    static let format = OptionForm(
        name: "--format", value: "FORM", summary: "skills (the default) or claude-agents")
    static let output = OptionForm(
        name: "--output", short: "-o", value: "PATH",
        summary:
            "the file to write, - for standard output, of otlp also an endpoint's address; without it NAME.ipynb, .md, .otlp.jsonl or .jsonl here"
    )
    static let from = OptionForm(
        name: "--from", value: "TURN", summary: "go another way from this turn of the coordinator on, with a live model"
    )
    static let force = OptionForm(name: "--force", summary: "replace what has that name already")
    static let repeatUnknown = OptionForm(
        name: "--repeat-unknown",
        summary: "repeat what was being done outside of the session when lathe ended, without asking")
    static let reason = OptionForm(name: "--reason", value: "TEXT", summary: "why, for the library's history")
    static let shown = OptionForm(
        name: "--shown", value: "HASH", summary: "only what lathe library diff showed: the hash that it ends with")
    static let proposed = OptionForm(name: "--proposed", summary: "the version that waits, beside an approved one")
    static let mutation = OptionForm(
        name: "--mutation", summary: "also change their sources in small ways, and tell which changes no test notices")
    static let record = OptionForm(
        name: "--record", summary: "run agents on their examples with a live model, and keep what it replies")
    static let help = OptionForm(name: "--help", short: "-h", summary: "this text")
    static let version = OptionForm(name: "--version", summary: "the version")
}
