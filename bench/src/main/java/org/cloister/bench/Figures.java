// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.ListStatistics;

/** Puts results beside those of their peers, as {@link Against} says. Stateless. */
final class Figures {
    private static final double CONFIDENCE = 0.999;

    private Figures() {}

    static List<Figure> of(Collection<RunResult> results) {
        return results.stream().map(result -> figure(result, results)).toList();
    }

    private static Figure figure(RunResult result, Collection<RunResult> all) {
        BenchmarkParams params = result.getParams();
        Optional<Against> against = against(params.getBenchmark());
        if (against.filter(declared -> !declared.score().isEmpty()).isPresent()) {
            return counted(result, against.get());
        }
        double percentile = against.map(Against::percentile).orElse(Double.NaN);
        double score = score(result, percentile);
        String peer = against.map(Against::peer).orElse("");
        OptionalDouble ratio = all.stream()
                .filter(other -> other.getParams().getBenchmark().equals(sibling(params.getBenchmark(), peer)))
                .filter(other -> params(other.getParams()).equals(params(params)))
                .mapToDouble(other -> score / score(other, percentile)).findFirst();
        double atMost = against.map(Against::atMost).orElse(Double.POSITIVE_INFINITY);
        double ratioAtMost = against.map(Against::ratioAtMost).orElse(Double.POSITIVE_INFINITY);
        double bytesAtMost = against.map(Against::bytesAtMost).orElse(Double.POSITIVE_INFINITY);
        String unit = result.getPrimaryResult().getScoreUnit();
        OptionalDouble bytes = bytes(result);
        return new Figure(shortName(params.getBenchmark()) + name(percentile), params(params), score,
                Double.isNaN(percentile) ? result.getPrimaryResult().getScoreError() : Double.NaN, unit, peer, ratio,
                OptionalDouble.empty(), bytes, target(atMost, ratioAtMost, bytesAtMost, unit),
                score <= atMost && ratio.orElse(0) <= ratioAtMost && bytes.orElse(0) <= bytesAtMost);
    }

    /** Score and peer are counters, and each iteration has both. */
    private static Figure counted(RunResult result, Against against) {
        ListStatistics scores = new ListStatistics();
        ListStatistics ratios = new ListStatistics();
        result.getBenchmarkResults().stream().flatMap(fork -> fork.getIterationResults().stream()).forEach(each -> {
            double score = counter(each, against.score());
            scores.addValue(score);
            ratios.addValue(score / counter(each, against.peer()));
        });
        String unit = result.getPrimaryResult().getScoreUnit();
        return new Figure(shortName(result.getParams().getBenchmark()) + " " + against.score(),
                params(result.getParams()), scores.getMean(), scores.getMeanErrorAt(CONFIDENCE), unit, against.peer(),
                OptionalDouble.of(ratios.getMean()), OptionalDouble.of(ratios.getMeanErrorAt(CONFIDENCE)),
                OptionalDouble.empty(), target(against.atMost(), against.ratioAtMost(), against.bytesAtMost(), unit),
                scores.getMean() <= against.atMost() && ratios.getMean() <= against.ratioAtMost());
    }

    private static double counter(IterationResult iteration, String name) {
        return iteration.getSecondaryResults().get(name).getScore();
    }

    private static double score(RunResult result, double percentile) {
        return Double.isNaN(percentile) ? result.getPrimaryResult().getScore()
                : result.getPrimaryResult().getStatistics().getPercentile(percentile);
    }

    private static String name(double percentile) {
        return Double.isNaN(percentile) ? "" : " p" + percentile;
    }

    /** What a call allocates, in whole bytes: the profiler's own threads cost a fraction of one. */
    private static OptionalDouble bytes(RunResult result) {
        return result.getSecondaryResults().keySet().stream().filter(name -> name.endsWith("gc.alloc.rate.norm"))
                .mapToDouble(name -> Math.rint(result.getSecondaryResults().get(name).getScore())).findFirst();
    }

    private static String target(double atMost, double ratioAtMost, double bytesAtMost, String unit) {
        List<String> aims = new ArrayList<>();
        if (Double.isFinite(atMost)) {
            aims.add("at most " + atMost + " " + unit);
        }
        if (Double.isFinite(ratioAtMost)) {
            aims.add("at most " + ratioAtMost + " of its peer");
        }
        if (Double.isFinite(bytesAtMost)) {
            aims.add("at most " + (long) bytesAtMost + " B/op");
        }
        return String.join(", ", aims);
    }

    private static Map<String, String> params(BenchmarkParams params) {
        Map<String, String> values = new TreeMap<>();
        params.getParamsKeys().forEach(key -> values.put(key, params.getParam(key)));
        return values;
    }

    private static Optional<Against> against(String benchmark) {
        try {
            String type = benchmark.substring(0, benchmark.lastIndexOf('.'));
            String method = benchmark.substring(type.length() + 1);
            for (var declared : Class.forName(type).getDeclaredMethods()) {
                if (declared.getName().equals(method)) {
                    return Optional.ofNullable(declared.getAnnotation(Against.class));
                }
            }
            return Optional.empty();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("JMH ran " + benchmark + ", and its class is not there", e);
        }
    }

    private static String sibling(String benchmark, String method) {
        return benchmark.substring(0, benchmark.lastIndexOf('.') + 1) + method;
    }

    private static String shortName(String benchmark) {
        return benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
    }
}
