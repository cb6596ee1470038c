// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.Collections;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Passes warnings and errors of OSGi's own log on, such as those of a component that does not start. Until there is one
 * it costs nothing: the logging library is not even loaded.
 *
 * <p>Safe for use by any thread.
 */
@Component(service = {}, immediate = true)
public final class FrameworkLog {
    private final LogReaderService log;
    private final LogListener listener = FrameworkLog::pass;

    /** Called by Declarative Services. */
    @Activate
    public FrameworkLog(@Reference LogReaderService log) {
        this.log = log;
        log.addLogListener(listener);
        Collections.list(log.getLog()).reversed().forEach(FrameworkLog::pass);
    }

    @Deactivate
    void stop() {
        log.removeLogListener(listener);
    }

    private static void pass(LogEntry entry) {
        Level level = level(entry.getLogLevel());
        if (level.toInt() >= Level.WARN.toInt()) {
            Logger logger = LoggerFactory.getLogger(entry.getBundle().getSymbolicName());
            logger.atLevel(level).setCause(entry.getException()).log(entry.getMessage());
        }
    }

    private static Level level(LogLevel level) {
        return switch (level) {
            case AUDIT, ERROR -> Level.ERROR;
            case WARN -> Level.WARN;
            case INFO -> Level.INFO;
            case DEBUG -> Level.DEBUG;
            case TRACE -> Level.TRACE;
        };
    }
}
