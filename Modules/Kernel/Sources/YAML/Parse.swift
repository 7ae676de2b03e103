/// Reads one YAML document. A free function, called as `YAML.parse`: a type of that name would shadow the module.
///
/// Strict: duplicate keys, keys that are no scalars, unknown tags and a second document are errors.
/// - Parameters:
///   - text: the document.
///   - file: what errors call it.
///   - limits: what the document may ask for.
/// - Returns: the root; a null scalar if the document is empty.
/// - Throws: the first error, with its position.
public func parse(text: String, file: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
    var composer = YAMLComposer(events: YAMLEvents(text: text, file: file), limits: limits)
    return try composer.document()
}
