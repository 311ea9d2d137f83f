package io.netsvc.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a jar anew, for the launcher, so that it starts sooner. Picocli's classes are of Java 5, which
 * no AOT cache takes and which are slow to verify: they get the stack maps of Java 8. And nothing is
 * compressed.
 */
final class Repack {
  private static final ClassTransform TO_JAVA_8 =
      ((ClassTransform)
              (to, element) ->
                  to.with(
                      element instanceof ClassFileVersion
                          ? ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0)
                          : element))
          .andThen(ClassTransform.transformingMethodBodies((to, element) -> to.with(element)));

  private Repack() {}

  /** Takes the jar, which is that of this class, and where to write. */
  public static void main(String[] args) throws IOException {
    var hierarchy =
        ClassHierarchyResolver.ofResourceParsing(Repack.class.getClassLoader())
            .orElse(ClassHierarchyResolver.defaultResolver());
    var classes =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(hierarchy));
    try (var jar = new JarFile(args[0]);
        var out =
            new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(args[1]))))) {
      out.setMethod(ZipOutputStream.STORED);
      for (var entry : Collections.list(jar.entries())) {
        byte[] content = content(jar, entry);
        if (isOld(entry, content)) {
          content = classes.transformClass(classes.parse(content), TO_JAVA_8);
        }
        out.putNextEntry(stored(entry, content));
        out.write(content);
      }
    }
  }

  private static byte[] content(JarFile jar, JarEntry entry) throws IOException {
    try (var in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static boolean isOld(JarEntry entry, byte[] content) {
    return entry.getName().endsWith(".class") && content[7] < ClassFile.JAVA_6_VERSION;
  }

  private static ZipEntry stored(JarEntry entry, byte[] content) {
    var stored = new ZipEntry(entry.getName());
    var crc = new CRC32();
    crc.update(content);
    stored.setTime(entry.getTime());
    stored.setSize(content.length);
    stored.setCrc(crc.getValue());
    return stored;
  }
}
