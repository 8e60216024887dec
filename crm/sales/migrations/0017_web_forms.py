"""Forms on the site, and which leads came of them."""

import django.db.models.deletion
from django.db import migrations, models

import crm.sales.models.web_forms
import suite.core.clock
from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0011_office_hours'),
        ('crm_sales', '0016_orders_by_contract'),
        ('masterdata', '0007_duplicates_and_mergings'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='English name')),
                ('token', models.CharField(default=crm.sales.models.web_forms.new_token, editable=False, max_length=32, unique=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('title_en', models.CharField(blank=True, max_length=200, verbose_name='title in English')),
                ('intro', models.TextField(blank=True, max_length=2000, verbose_name='words above the form')),
                ('intro_en', models.TextField(blank=True, max_length=2000, verbose_name='words above the form in English')),
                ('fields', models.JSONField(default=list, verbose_name='fields')),
                ('consent', models.TextField(blank=True, max_length=4000, verbose_name='what is agreed to')),
                ('consent_en', models.TextField(blank=True, max_length=4000, verbose_name='what is agreed to in English')),
                ('thanks', models.TextField(blank=True, max_length=2000, verbose_name='thanks')),
                ('thanks_en', models.TextField(blank=True, max_length=2000, verbose_name='thanks in English')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('campaign', models.CharField(blank=True, max_length=60, verbose_name='campaign')),
                ('is_active', models.BooleanField(default=True, verbose_name='open')),
                ('created_at', models.DateTimeField(default=suite.core.clock.now, editable=False, verbose_name='created')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('product', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='masterdata.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'web form',
                'verbose_name_plural': 'web forms',
            },
        ),
        migrations.AddField(
            model_name='lead',
            name='web_form',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='leads', to='crm_sales.webform', verbose_name='web form'),
        ),
        migrations.AddIndex(
            model_name='webform',
            index=models.Index(fields=['company', '-id'], name='crm_web_form_latest'),
        ),
        migrations.AddConstraint(
            model_name='webform',
            constraint=models.UniqueConstraint(fields=('company', 'name'), name='crm_web_form_name_once', violation_error_message='There is a form with this name already'),
        ),
    ]
