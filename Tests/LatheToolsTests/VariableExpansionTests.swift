import LatheVocabulary
import Testing

@testable import LatheTools

struct VariableExpansionTests {
    @Test func `variables are replaced at any depth, and those that are not set are named`() {
        var missing: [String] = []
        let definition: JSONValue = [
            "args": ["--key=${KEY}", "${PLACE:-here}", "$5 ${} ${1X} ${OPEN", "${EMPTY:-given}"],
            "env": ["A": "${NONE}${KEY}${NONE}", "B": "${EMPTY}"], "n": 3,
        ]
        let expanded = VariableExpansion.expanded(definition, ["KEY": "k${KEY}", "EMPTY": ""], missing: &missing)
        #expect(
            expanded == [
                "args": ["--key=k${KEY}", "here", "$5 ${} ${1X} ${OPEN", "given"],
                "env": ["A": "k${KEY}", "B": ""], "n": 3,
            ])
        #expect(missing == ["NONE"])
        #expect(VariableExpansion.names(in: definition) == ["KEY", "PLACE", "EMPTY", "NONE"])
    }
}
