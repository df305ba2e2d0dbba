import LatheVocabulary
import Testing

@testable import LatheEngine

/// What a model sees is bounded, and says what it left out and where the whole is.
struct ViewsTests {
    @Test func `a short output is shown as it is`() {
        let result = CellResult(
            number: 2, status: .ok, seconds: 0.1, stdout: CapturedText(bytes: 6, head: "hello\n"),
            value: .init(type: "int", text: CapturedText(bytes: 2, head: "42"), name: "_2"))
        #expect(Observation(result).text == "hello\n_2 (int):\n42")
    }

    @Test func `a long output keeps its ends and names the whole`() {
        let captured = CapturedText(
            bytes: 1_000_000, head: String(repeating: "a", count: 8_192), tail: String(repeating: "z", count: 8_192),
            file: "outputs/coordinator-3.stdout.txt")
        let text = Observation(CellResult(number: 3, status: .ok, seconds: 1, stdout: captured)).text
        #expect(text.count < 4_200)
        #expect(text.hasPrefix("aaa") && text.hasSuffix("zzz"))
        #expect(text.contains("[… 996000 bytes left out; whole: lathe.output(3)]"))
    }

    @Test func `an error shows the end of its traceback`() {
        let trace = String(repeating: "frame\n", count: 2_000) + "KeyError: 'x'"
        let failure = CellResult.Failure(type: "KeyError", message: "'x'", traceback: trace)
        let observation = Observation(CellResult(number: 1, status: .error, seconds: 0, failure: failure))
        #expect(observation.isError)
        #expect(observation.text.hasSuffix("KeyError: 'x'"))
        #expect(observation.text.count < 3_200)
    }

    @Test func `memory that is nearly used up names what is large`() {
        let items = [
            Variable(name: "small", type: "int", bytes: 28), Variable(name: "b", type: "DataFrame", bytes: 700_000_000),
            Variable(name: "a", type: "DataFrame", bytes: 2_100_000_000),
        ]
        var memory = MemoryUse(used: 3_200_000_000, limit: 4_000_000_000)
        let text = StateBlock(variables: VariableListing(items: items, memory: memory), turnsLeft: 3).text
        #expect(
            text.contains("memory pressure: 3.2 GB of 4.0 GB used; largest: a 2.1 GB, b 700 MB; del what"), "\(text)")
        memory.kept = [.init(name: "_3", bytes: 400_000_000)]
        let kept = StateBlock(variables: VariableListing(items: items, memory: memory), turnsLeft: 3).text
        #expect(kept.contains("; results kept: _3 400 MB (%reset -f out drops them)\n"), "\(kept)")
        #expect(!StateBlock(variables: VariableListing(items: items), turnsLeft: 3).text.contains("memory pressure"))
    }

    @Test func `the state block stays within its cap whatever the kernel holds`() {
        let columns = (0..<60).map { Variable.Column(name: "column_with_a_long_name_\($0)", type: "float64") }
        let items = (0..<80).map {
            Variable(
                name: "frame\($0)", type: "DataFrame", bytes: 1_000, shape: [10, 200], columns: columns,
                columnsOmitted: 140)
        }
        let text = StateBlock(variables: VariableListing(items: items, omitted: 7), turnsLeft: 3).text
        #expect(text.count <= StateBlock.cap)
        #expect(text.contains("more variables: dir()"))
        #expect(text.hasSuffix("turns left: 3\n</state>"))
    }

    @Test func `a variable is one line without a value of the data`() {
        let variable = Variable(
            name: "flights", type: "DataFrame", bytes: 78_321_000, shape: [336_776, 2],
            columns: [.init(name: "year", type: "int64"), .init(name: "dep\u{1b}[2J", type: "str")], note: "input")
        #expect(
            variable.line(columnsUpTo: 900)
                == "flights: DataFrame 336776×2, 78.3 MB, input; columns year int64, dep [2J str")
    }
}
