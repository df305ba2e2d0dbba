import LatheVocabulary
import Testing

@testable import LatheEngine

struct ReturnsSchemaTests {
    private let schema: JSONValue = [
        "type": "object",
        "properties": [
            "carrier": ["type": "string"], "mean": ["type": ["number", "null"]],
            "causes": ["type": "array", "items": ["type": "string", "enum": ["weather", "network"]]],
            "share": ["type": "number", "minimum": 0, "maximum": 1],
        ],
        "required": ["carrier", "mean"], "additionalProperties": false,
    ]

    private func misfits(_ value: JSONValue) throws -> [String] {
        try ReturnsSchema.checked(schema).get().misfits(of: value)
    }

    @Test func `a value that fits has no misfits`() throws {
        #expect(try misfits(["carrier": "UA", "mean": nil, "causes": ["weather"], "share": 1]) == [])
    }

    @Test func `each misfit is named with its place`() throws {
        #expect(
            try misfits(["mean": "3", "causes": ["moon"], "share": 1.5, "extra": true]) == [
                "result lacks 'carrier'",
                "result.causes[0] must be one of \"weather\", \"network\"",
                "result has 'extra', which is not asked for",
                "result.mean must be number or null, not string",
                "result.share must be at most 1.0, not 1.5",
            ])
    }

    @Test func `alternatives are tried in turn`() throws {
        let schema: JSONValue = ["anyOf": [["type": "integer"], ["type": "null"]]]
        let checked = try ReturnsSchema.checked(schema).get()
        #expect(checked.misfits(of: 3) == [])
        #expect(checked.misfits(of: "x") == ["result fits none of the 2 alternatives"])
    }

    @Test(
        arguments: [
            (
                ["type": "object", "patternProperties": [:]],
                "returns uses the keyword 'patternProperties', which is not supported"
            ),
            (["type": "date"], "returns names the unknown type 'date'"),
            ("str", "returns is not a JSON Schema object"),
        ] as [(JSONValue, String)])
    func `a schema that cannot be checked whole is refused`(schema: JSONValue, reason: String) {
        #expect(throws: ReturnsSchema.RefusedSchema(reason: reason)) { try ReturnsSchema.checked(schema).get() }
    }
}
