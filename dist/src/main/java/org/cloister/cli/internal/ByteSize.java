// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import org.cloister.console.report.Text;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it. */
final class ByteSize implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        try {
            return Text.parseSize(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
