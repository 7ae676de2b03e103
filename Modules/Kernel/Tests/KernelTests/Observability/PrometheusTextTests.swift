import Testing

@testable import Kernel

@Suite struct PrometheusTextTests {
    @Test func escapesLabelValues() {
        let labels = PrometheusText.labels([("path", "a\\b\"c\nd")])
        #expect(labels == #"path="a\\b\"c\nd""#)
    }

    @Test func escapesHelp() {
        var page = PrometheusText()
        page.family("x", .gauge, help: "one\\two\nthree \"four\"")
        #expect(page.text == "# HELP x one\\\\two\\nthree \"four\"\n# TYPE x gauge\n")
    }

    @Test(arguments: [
        ("postgres.queries", "postgres_queries"), ("9lives", "_9lives"), ("a:b", "a:b"), ("größe", "gr__e"), ("", "_"),
    ])
    func makesNamesThatPrometheusAccepts(text: String, name: String) {
        #expect(PrometheusText.metricName(text) == name)
    }

    @Test func sortsLabelsAndKeepsReservedNamesFree() {
        #expect(
            PrometheusText.labels([("z", "1"), ("le", "2"), ("__name__", "3")])
                == #"label___name__="3",label_le="2",z="1""#
        )
    }

    @Test func ofTwoLabelsWithOneNameTheLaterWins() {
        #expect(PrometheusText.labels([("a.b", "1"), ("a_b", "2")]) == #"a_b="2""#)
    }

    @Test(arguments: [
        (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (3, "3"), (-2, "-2"), (0.5, "0.5"),
        (1e300, "1e+300"),
    ])
    func writesNumbersAsGoReadsThem(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}
