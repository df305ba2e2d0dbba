import Testing

@testable import LatheScreens

struct CommandParserTests {
    private func reason(_ arguments: [String]) -> String {
        do throws(CommandError) {
            return "understood: \(try CommandParser.command(from: arguments))"
        } catch { return error.reason }
    }

    @Test func `every option of ask is understood, in any order and form`() throws {
        let command = try CommandParser.command(from: [
            "ask", "--data=flights.parquet", "Why late?", "-d", "weather=w.csv", "--session", "s1", "-m", "openai:x",
            "--yes", "--project=/p", "--max-turns", "9", "--json",
        ])
        let options = RunOptions(
            data: ["flights.parquet", "weather=w.csv"], session: "s1", model: "openai:x", output: .json,
            confirmation: .assumed, project: "/p", maxTurns: 9)
        #expect(command == .ask(AskCommand(task: .text("Why late?"), options: options)))
    }

    @Test(arguments: [
        (["ask", "--", "--why"], Command.ask(AskCommand(task: .text("--why"), options: RunOptions()))),
        (["ask", "-"], .ask(AskCommand(task: .standardInput, options: RunOptions()))),
        (["chat", "-q"], .chat(RunOptions(output: .quiet))),
        (
            ["exec", "--session", "s", "-"],
            .exec(ExecCommand(code: .standardInput, session: "s", options: RunOptions(session: "s")))
        ),
        (
            ["sessions", "list", "--json"],
            .sessions(SessionsCommand(action: .list, options: ListingOptions(output: .json)))
        ),
        (
            ["sessions", "delete", "a", "b"],
            .sessions(SessionsCommand(action: .delete(["a", "b"]), options: ListingOptions()))
        ),
        (
            ["library", "search", "late", "ua"],
            .library(LibraryCommand(action: .search("late ua"), options: ListingOptions()))
        ),
        (["replay", "r.jsonl"], .replay(ReplayCommand(source: "r.jsonl", options: RunOptions()))),
        (["model", "install"], .model(ModelCommand(action: .install(nil), options: ListingOptions()))),
        (["model", "remove", "x"], .model(ModelCommand(action: .remove("x"), options: ListingOptions()))),
        (["doctor"], .doctor(ListingOptions())),
        (["--version"], .version),
        (["ask", "--version"], .version),
    ])
    func `each command becomes its value`(arguments: [String], expected: Command) throws {
        #expect(try CommandParser.command(from: arguments) == expected)
    }

    @Test(arguments: [
        (["aks", "x"], "there is no command 'aks' (did you mean 'ask'?); see lathe --help"),
        (["sessions"], "say what to do: lathe sessions list|show|ledger|export|check|recording|delete"),
        (["sessions", "lst"], "there is no command 'sessions lst' (did you mean 'list'?); see lathe sessions --help"),
        (
            ["ask", "x", "--sesion", "a"],
            "lathe ask has no option '--sesion' (did you mean '--session'?); see lathe ask --help"
        ),
        (
            ["ask", "-5 degrees"],
            "lathe ask has no option '-5 degrees'; a text that begins with '-' goes after --; see lathe ask --help"
        ),
        (["ask"], "TASK is missing (what to do, in quotes; - reads it from standard input): lathe ask [OPTIONS] TASK"),
        (["ask", "  "], "the task is empty; write what to do: lathe ask \"…\""),
        (
            ["ask", "why", "late"],
            "'late' is one argument too many for lathe ask; put a TASK of several words in quotes"
        ),
        (["ask", "x", "--data"], "--data needs a value: --data [NAME=]PATH"),
        (["ask", "x", "--data", "--json"], "--data needs a value: --data [NAME=]PATH"),
        (["ask", "x", "--json=yes"], "--json takes no value; write it alone"),
        (["ask", "x", "--json", "--quiet"], "--json and --quiet contradict each other; keep one"),
        (["ask", "x", "-m", "a", "--model", "b"], "--model stands twice, with 'a' and 'b'; keep one"),
        (["ask", "x", "--max-turns", "0"], "--max-turns takes a whole number from 1 to 1000, not '0'"),
        (
            ["ask", "x", "--limit", "memory"],
            "--limit: a limit is written NAME=VALUE, such as memory=8GB or cell=10min, not 'memory'"
        ),
        (
            ["ask", "x", "--limit", "ram=8GB"],
            "--limit: there is no limit 'ram'; there are memory, total, cell, cpu, processes, open_files, file, output, disk, tmp"
        ),
        (["ask", "x", "--limit", "cell=soon"], "--limit: limit cell is written cell=10min, not 'soon'"),
        (
            ["ask", "x", "--limit", "memory=8"],
            "--limit: limit memory is from 32MB to 1125.9TB, not '8'; write for example memory=8GB"
        ),
        (
            ["ask", "x", "--limit", "cell=60", "--limit", "cell=2min"],
            "--limit: cell stands twice, as 60s and 120s; keep one"
        ),
        (
            ["ask", "x", "--budget-tokens", "lots"],
            "--budget-tokens takes a number above 0 such as 200000, 200k or 2M, not 'lots'"
        ),
        (["ask", "x", "--budget-usd", "0"], "--budget-usd takes US dollars above 0 such as 0.50 or 20, not '0'"),
        (
            ["ask", "x", "--time-limit", "soon"],
            "--time-limit takes a time from 1s to 365 days such as 90s, 10min or 2h, not 'soon'"
        ),
        (["exec", "1+1"], "exec needs --session NAME, the session to run in"),
        (["--json", "ask"], "'--json' stands before the command; write it after, such as lathe ask --json"),
        (["doctor", "now"], "'now' is one argument too many for lathe doctor"),
        (
            ["chat", "-s", "../x"],
            "'../x' cannot name a session: use up to 64 letters, digits, '-', '_' and '.', a letter or digit first"
        ),
    ])
    func `a wrong command line is told in one line with its mend`(arguments: [String], expected: String) {
        #expect(reason(arguments) == expected)
    }

    @Test func `help exists for every command and group, at most 80 columns wide`() throws {
        var lines = [
            ["--help"], [], ["help"], ["sessions", "--help"], ["help", "library"], ["help", "sessions", "show"],
        ]
        lines += CommandTable.commands.map { $0.path + ["--help"] }
        for line in lines {
            guard case .help(let text) = try CommandParser.command(from: line) else {
                Issue.record("\(line) gave no help")
                continue
            }
            #expect(text.contains("usage: lathe"))
            for row in text.split(separator: "\n") { #expect(row.count <= 80, "\(row)") }
        }
    }

    @Test func `help documents the exit codes and every option of its command`() throws {
        guard case .help(let text) = try CommandParser.command(from: ["ask", "-h"]) else { throw CancellationError() }
        for code in ["  0    complete", "  1    failed", "  2    ", "  3    ended without", "  130  interrupted"] {
            #expect(text.contains(code))
        }
        for option in ["-d, --data [NAME=]PATH", "--session", "--model", "--json", "--quiet", "--yes", "--max-turns N"]
        {
            #expect(text.contains(option))
        }
    }

    @Test func `a server's own options stand after two dashes, and a URL takes headers only`() throws {
        let added = try CommandParser.command(from: ["tools", "add", "t", "-e", "A=b", "--", "uvx", "x", "--json"])
        let addition = ToolAddition(
            name: "t", words: ["uvx", "x", "--json"], variables: ["A=b"], headers: [], file: .project)
        #expect(added == .tools(ToolsCommand(action: .add(addition), options: ListingOptions())))
        for words in [
            ["add", "t", "https://x", "-e", "A=b"], ["add", "t", "x", "--header", "A: b"], ["call", "t"],
            ["call", "t/x", "--timeout", "0"], ["add", "t"],
        ] {
            #expect(throws: CommandError.self) { try CommandParser.command(from: ["tools"] + words) }
        }
    }

    @Test func `every example in the help is a command line that is understood`() throws {
        for form in CommandTable.commands {
            for example in form.examples {
                let shell = example.prefix { $0 != "<" && $0 != ">" }
                var words: [String] = []
                for (index, part) in shell.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
                    words += index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
                }
                #expect(words.first == "lathe")
                _ = try CommandParser.command(from: Array(words.dropFirst()))
            }
        }
    }
}
